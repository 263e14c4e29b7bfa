import { describe, expect, it } from '@jest/globals';
import type { FaultOrder } from '../../src/faults/fault.js';
import type { Route } from 'playwright-core';
import { describeInChromium, useSimulatorPage } from './simulator-page.js';

describeInChromium("the simulator's page: faults", (browser) => {
  const current = useSimulatorPage(browser);
  const MOBILE = '0061422118000';

  const orders = () =>
    current()
      .bench.simulator.faults()
      .map(({ order }) => order);
  const turnOn = (kind: string) => current().turnOn(kind);
  const turnOff = (kind: string) => current().turnOff(kind);
  const field = (kind: string, name: string) => current().fault(kind).locator(`[name="${name}"]`);
  const conditionsOf = (kind: string) => current().fault(kind).locator('.disclosure');

  it('spoil requests once they are on, and say how many', async () => {
    const { bench, page } = current();
    await field('status', 'status').fill('503');
    await turnOn('status');
    for (let call = 0; call < 3; call++) {
      expect((await bench.call('sendSingleIMS', { mobile: MOBILE, content: 'x' })).status).toBe(503);
    }
    await current().fault('status').getByText('hits: 3').waitFor();
    await turnOff('status');
    expect(await bench.code('sendSingleIMS', { mobile: MOBILE, content: 'x' })).toBe('SUCCESS');
    expect(await page.locator('.fault.on').count()).toBe(0);
  });

  it('stay on when a refresh from before comes in late', async () => {
    const { page } = current();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const delivered = new Promise<void>((resolve, reject) => {
      const hold = async (route: Route) => {
        const response = await route.fetch();
        await released;
        await route.fulfill({ response });
      };
      page.route('**/_simulator', (route) => hold(route).then(resolve, reject), { times: 1 }).catch(reject);
    });
    const isHeld = page.waitForRequest('**/_simulator');
    await isHeld;
    await page.evaluate(`{
      window.states = [];
      const node = document.querySelector('[data-kind=gzip] .switch');
      new MutationObserver(() => window.states.push(node.getAttribute('aria-checked'))).observe(node, { attributeFilter: ['aria-checked'] });
    }`);
    await turnOn('gzip');
    release();
    await delivered;
    // Two more refreshes: what came late has long been read.
    for (let refresh = 0; refresh < 2; refresh++) await page.waitForResponse('**/_simulator');
    expect(await page.evaluate('window.states')).toEqual(['true']);
  });

  it('take fields and conditions', async () => {
    await field('delay', 'ms').fill('50');
    await field('delay', 'before').selectOption('acceptance');
    await conditionsOf('delay').click();
    for (const call of ['sendSingleIMS', 'sendPersonalityIMS', 'getIMSReport'])
      await field('delay', `on.${call}`).uncheck();
    const conditions = { times: 2, skip: 1, chance: 0.25, afterMs: 10, forMs: 60_000 };
    for (const [name, value] of Object.entries(conditions)) await field('delay', name).fill(String(value));
    expect(await conditionsOf('delay').innerText()).toBe(
      'sendBatchIMS · 2 times · after 1 · chance 0.25 · 10 ms from now · for 60000 ms',
    );
    await turnOn('delay');

    await field('redirect', 'status').selectOption('302');
    await field('redirect', 'location').fill('http://elsewhere.test/');
    await field('redirect', 'accept').check();
    await turnOn('redirect');
    expect(orders()).toEqual([
      { kind: 'delay', ms: 50, before: 'acceptance', on: ['sendBatchIMS'], ...conditions },
      { kind: 'redirect', status: 302, location: 'http://elsewhere.test/', accept: true, times: Infinity },
    ]);
  });

  it.each([
    ['delay', 'ms', '-1'],
    ['delay', 'ms', ''],
    ['status', 'status', '600'],
    ['code', 'code', ''],
    ['hang', 'chance', '1.5'],
    ['hang', 'times', '0'],
  ])('%s: are not switched on with a wrong %s: %j', async (kind, name, value) => {
    // The disclosure opens by itself where the wrong input is.
    await conditionsOf(kind).click();
    await field(kind, name).fill(value);
    await conditionsOf(kind).click();
    await current().switchOf(kind).click();
    await current().fault(kind).locator(`[name="${name}"]:focus:invalid`).waitFor();
    expect(await current().isOn(kind)).toBe(false);
    expect(orders()).toEqual([]);
  });

  it('are not switched on for no call at all', async () => {
    await conditionsOf('malformed-reports').click();
    await field('malformed-reports', 'on.getIMSReport').uncheck();
    await current().switchOf('malformed-reports').click();
    await current().fault('malformed-reports').locator(':focus:invalid').waitFor();
    expect(orders()).toEqual([]);
  });

  describe('that were injected elsewhere', () => {
    it('are shown as they are, and go off by themselves once they are spent', async () => {
      const { bench } = current();
      bench.simulator.inject({ kind: 'html', status: 502, accept: true, times: 3, on: 'sendBatchIMS', skip: 1 });
      await current().fault('html').getByText('hits: 0, left: 3').waitFor();
      expect(await current().isOn('html')).toBe(true);
      expect(await field('html', 'status').inputValue()).toBe('502');
      expect(await field('html', 'accept').isChecked()).toBe(true);
      expect(await field('html', 'status').isDisabled()).toBe(true);
      expect(await conditionsOf('html').innerText()).toBe('sendBatchIMS · 3 times · after 1');

      for (let call = 0; call < 4; call++)
        await bench.call('sendBatchIMS', { content: 'x', imses: [{ mobile: MOBILE }] });
      await current().fault('html').getByText('hits').waitFor({ state: 'hidden' });
      expect(await current().isOn('html')).toBe(false);
      expect(await field('html', 'status').isDisabled()).toBe(false);
    });

    it.each<[FaultOrder, string]>([
      [{ kind: 'gzip' }, '1 times'],
      [{ kind: 'gzip', chance: 0.5 }, 'chance 0.5'],
      [{ kind: 'gzip', forMs: Infinity, times: Infinity }, 'always'],
    ])('%j: says when', async (order, said) => {
      current().bench.simulator.inject(order);
      await current().fault('gzip').locator('.chip').waitFor();
      expect(await conditionsOf('gzip').innerText()).toBe(said);
    });

    it('of one kind go together', async () => {
      const { bench } = current();
      bench.simulator.inject({ kind: 'status', status: 500, times: 2 });
      bench.simulator.inject({ kind: 'status', status: 503, times: 3 });
      bench.simulator.inject({ kind: 'gzip' });
      await current().fault('status').getByText('hits: 0, left: 5').waitFor();
      await turnOff('status');
      expect(orders()).toEqual([{ kind: 'gzip' }]);
    });

    it('are switched off even where they ended meanwhile', async () => {
      const { bench, complaints } = current();
      const injected = bench.simulator.inject({ kind: 'gzip' });
      await current().fault('gzip').getByText('hits: 0, left: 1').waitFor();
      await current().button('Pause').click();
      injected.remove();
      await turnOff('gzip');
      expect(await current().isOn('gzip')).toBe(false);
      // The browser itself notes an answer of that kind.
      expect(complaints.splice(0)).toEqual([expect.stringContaining('404')]);
    });
  });

  it('are all cleared at once', async () => {
    const { bench, page } = current();
    expect(await current().button('Clear all faults').isDisabled()).toBe(true);
    await turnOn('hang');
    await turnOn('gzip');
    bench.simulator.play({ steps: [{ pass: 1 }] });
    await page.locator('#faults-on').getByText('3').waitFor();
    await current().button('Clear all faults').click();
    await page.getByText('All faults and scenarios are off.').waitFor();
    expect(orders()).toEqual([]);
    expect(await page.locator('.fault.on').count()).toBe(0);
  });

  it('refuse: the page says that it lost its connection, and recovers by itself', async () => {
    const { bench, page, complaints } = current();
    await conditionsOf('refuse').click();
    await field('refuse', 'forMs').fill('1500');
    await current().switchOf('refuse').click();
    await page.getByRole('alert').getByText('Connection refused: the fault refuse is on.').waitFor();
    await expect(bench.pull()).rejects.toThrow('ECONNREFUSED');
    await page.getByText('The simulator answers again.').waitFor();
    expect(await page.locator('#lost').isVisible()).toBe(false);
    expect(await current().isOn('refuse')).toBe(false);
    expect(await bench.pull()).toEqual([]);
    const noted = complaints.splice(0);
    expect(noted.filter((text) => !text.includes('net::ERR_'))).toEqual([]);
  });

  describe('a scenario', () => {
    const write = (text: string) => current().page.locator('#scenario-text').fill(text);
    const start = () => current().button('Start').click();

    it('is started, followed and stopped', async () => {
      const { bench, page } = current();
      await write('{ "steps": [{ "pass": 1 }, { "kind": "status", "status": 503, "times": "Infinity" }] }');
      await start();
      await page.getByText('Scenario 1 is on.').waitFor();
      expect(bench.simulator.faults()).toMatchObject([{ order: { steps: [{ pass: 1 }, { times: Infinity }] } }]);
      await page.getByText('Scenario 1: steps left: 2, hits: 0').waitFor();
      for (const expected of [200, 503]) expect((await bench.call('getIMSReport')).status).toBe(expected);
      await page.getByText('Scenario 1: steps left: 1, hits: 1').waitFor();
      await current().button('Stop').click();
      await page.getByText('Scenario 1 is off.').waitFor();
      expect(bench.simulator.faults()).toEqual([]);
      expect(await page.locator('#running-scenarios li').count()).toBe(0);
    });

    it('has an example that works', async () => {
      await current().button('Example').click();
      await start();
      await current().page.getByText('Scenario 1 is on.').waitFor();
      expect(current().bench.simulator.faults()).toMatchObject([{ remaining: 3 }]);
    });

    it('that is no JSON is not sent', async () => {
      await write('{ "steps": [');
      await start();
      await current().page.getByRole('alert').getByText('Not valid JSON: ').waitFor();
    });

    it('that is wrong is explained, until one is right', async () => {
      const { page, complaints } = current();
      await write('{ "steps": [{ "pass": 1 }, { "kind": "earthquake" }] }');
      await start();
      await page.getByRole('alert').getByText('scenario: step 2: fault: there is no kind "earthquake"').waitFor();
      expect(orders()).toEqual([]);
      expect(complaints.splice(0)).toEqual([expect.stringContaining('400')]);
      await write('{ "steps": [{ "pass": 1 }], "repeat": true }');
      await start();
      await page.getByText('Scenario 1: repeats, hits: 0').waitFor();
      expect(await page.locator('#scenario-error').innerText()).toBe('');
    });
  });
});
