import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { WATCH_VIOLATIONS } from '../../../../test/support/in-chromium.js';
import type { SimulatorOptions } from '../../src/options.js';
import { Bench } from '../../src/testing/gateway-caller.js';

export { describeInChromium } from '../../../../test/support/in-chromium.js';

/** The page of a simulator, open in a browser. */
export class SimulatorPage {
  bench: Bench;
  page: Page;
  /** What the console, the page's scripts and its content policy complained about, and dialogs that opened. */
  readonly complaints: string[] = [];
  /** Every URL that the page asked for. */
  readonly asked: string[] = [];

  static async open(
    browser: Browser,
    options: SimulatorOptions = {},
    context: BrowserContextOptions = {},
    { isClockFixed = false } = {},
  ): Promise<SimulatorPage> {
    const opened = new SimulatorPage();
    const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...context });
    opened.bench = await Bench.start(options);
    opened.page = page;
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => {
      if (message.type() === 'error') opened.complaints.push(message.text());
    });
    page.on('pageerror', (error) => opened.complaints.push(error.message));
    page.on('dialog', (dialog) => {
      opened.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => opened.asked.push(request.url()));
    await page.addInitScript(WATCH_VIOLATIONS);
    if (isClockFixed) await page.clock.install();
    try {
      await opened.load();
    } catch (cause) {
      await opened.close();
      throw new Error(`The page did not show its first numbers; it complained: ${opened.complaints.join('; ')}`, {
        cause,
      });
    }
    return opened;
  }

  /** Ready when the first numbers are there. */
  async load(): Promise<void> {
    await this.page.goto(this.bench.simulator.url);
    await this.page.locator('#counters div').first().waitFor();
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.bench.simulator.stop();
  }

  violations(): Promise<string[]> {
    return this.page.evaluate('window.violations');
  }

  switchOf(kind: string): Locator {
    return this.page.getByRole('switch', { name: kind, exact: true });
  }

  fault(kind: string): Locator {
    return this.page.locator(`.fault[data-kind="${kind}"]`);
  }

  button(name: string, within: Locator | Page = this.page): Locator {
    return within.getByRole('button', { name, exact: true });
  }

  rows(body: 'message' | 'request' | 'report'): Locator {
    return this.page.locator(`#${body}-rows > tr`);
  }

  /** Resolves as the list has this many rows, with what they say. */
  async rowTexts(body: 'message' | 'request' | 'report', count: number): Promise<string[]> {
    await this.settles(async () => (await this.rows(body).count()) === count);
    return this.rows(body).allInnerTexts();
  }

  /** Resolves once a condition holds in the page; rejects after a minute, which nothing takes but what hangs. */
  async settles(condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${condition.toString()}`);
      await pause(20);
    }
  }

  async turnOn(kind: string): Promise<void> {
    await this.switchOf(kind).click();
    await this.page.getByText(`${kind} is on.`).waitFor();
  }

  async turnOff(kind: string): Promise<void> {
    await this.switchOf(kind).click();
    await this.page.getByText(`${kind} is off.`).waitFor();
  }

  async isOn(kind: string): Promise<boolean> {
    return (await this.switchOf(kind).getAttribute('aria-checked')) === 'true';
  }
}

/** A page for each test, or one for all of a block. It must end without a complaint. */
export function useSimulatorPage(
  browser: () => Browser,
  { isShared = false, ...options }: SimulatorOptions & { readonly isShared?: boolean } = {},
  context: BrowserContextOptions = {},
): () => SimulatorPage {
  let opened: SimulatorPage | undefined;
  (isShared ? beforeAll : beforeEach)(async () => {
    opened = await SimulatorPage.open(browser(), options, context);
  });
  (isShared ? afterAll : afterEach)(async () => {
    if (!opened) return; // It did not load, and that has been said.
    const violations = await opened.violations();
    await opened.close();
    expect([...opened.complaints, ...violations]).toEqual([]);
  });
  return () => opened!;
}
