import { createRequire } from 'node:module';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { describeInChromium, WATCH_VIOLATIONS } from '../support/in-chromium.js';
import { ApiDouble } from './api-double.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Nothing waits for it but what hangs: on a busy machine a page takes many times as long. */
const PATIENCE_MS = 60_000;

/** A block of tests of the built page in a real browser. */
export function describePage(name: string, tests: (browser: () => Browser) => void): void {
  describeInChromium(name, (browser) => {
    beforeAll(buildPage);
    tests(browser);
  });
}

/** Does nothing where the build is of these sources. */
export function buildPage(): void {
  const { status, stderr } = spawnSync(process.execPath, ['libs/emay-ims-console/page/build.mjs'], { cwd: ROOT });
  if (status !== 0) throw new Error(`The page does not build: ${stderr.toString()}`);
}

/** The console, open in a browser, with a double of its API. */
export class OpenConsole {
  api: ApiDouble;
  page: Page;
  /** What the browser's console, the page's scripts and dialogs said. */
  readonly complaints: string[] = [];
  /** Requests that left the double. */
  readonly strangers: string[] = [];

  static async open(browser: Browser, context: BrowserContextOptions = {}): Promise<OpenConsole> {
    const opened = new OpenConsole();
    opened.api = await ApiDouble.start();
    opened.page = await browser.newPage({
      locale: 'en-GB',
      timezoneId: 'Australia/Perth',
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      ...context,
    });
    const { page } = opened;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('console', (message) => {
      if (message.type() === 'error') opened.complaints.push(message.text());
    });
    page.on('pageerror', (error) => opened.complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(opened.api.url).origin)) opened.strangers.push(request.url());
    });
    page.on('response', (response) => {
      const isFile = !response.url().includes('/api/v1/');
      if (isFile && response.status() >= 400) opened.complaints.push(`${response.status()} ${response.url()}`);
    });
    await page.addInitScript(WATCH_VIOLATIONS);
    return opened;
  }

  /** Opens an address below the mount. */
  async goto(path: string): Promise<void> {
    await this.page.goto(this.api.url + path);
  }

  /** Address below the mount. */
  get address(): string {
    return this.page.url().slice(this.api.url.length);
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  heading(name: string | RegExp): Promise<void> {
    return this.page.getByRole('heading', { level: 1, name }).waitFor();
  }

  async settles(condition: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`waited in vain for ${condition.toString()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  violations(): Promise<string[]> {
    return this.page.evaluate('window.violations');
  }

  /** Serious faults of accessibility, by rule and place. Run in a world of its own, as the page's policy forbids foreign scripts. */
  async accessibilityFaults(): Promise<string[]> {
    const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js', {
      paths: [`${ROOT}libs/emay-ims-console`],
    });
    return accessibilityFaultsOf(this.page, source);
  }

  async close(): Promise<void> {
    await this.page.context().close();
    await this.api.stop();
  }
}

async function accessibilityFaultsOf(page: Page, path: string): Promise<string[]> {
  const { readFile } = await import('node:fs/promises');
  await page.evaluate(await readFile(path, 'utf8'));
  return page.evaluate(`
    axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ target, failureSummary }) => target.join(' ') + ' ' + failureSummary).slice(0, 3).join(' | ')))
  `);
}

/** A console for each test. It must end without a complaint: no violated policy, no script error, nothing loaded from elsewhere. */
export function useConsole(browser: () => Browser, context: BrowserContextOptions = {}): () => OpenConsole {
  let opened: OpenConsole | undefined;
  beforeEach(async () => {
    opened = await OpenConsole.open(browser(), context);
  });
  afterEach(async () => {
    if (!opened) return;
    const violations = await opened.violations().catch(() => []);
    await opened.close();
    // The browser itself notes each refused request; that the page lives with it is what the tests see.
    const complaints = opened.complaints.filter((text) => !text.startsWith('Failed to load resource'));
    expect([...complaints, ...violations, ...opened.strangers]).toEqual([]);
  });
  return () => opened!;
}
