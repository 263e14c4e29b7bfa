import { expect, it } from '@jest/globals';
import { FAULT_KINDS } from '../../src/faults/catalogue.js';
import { describeInChromium, useSimulatorPage } from './simulator-page.js';

describeInChromium("the simulator's page: each fault", (browser) => {
  const current = useSimulatorPage(browser, { isShared: true });

  /** What is filled in: the catalogue's defaults, and where it has none something that works. */
  const FILLED_IN: Readonly<Record<string, object>> = {
    refuse: { forMs: 5000 },
    delay: { ms: 1000, before: 'answer' },
    drip: { intervalMs: 100 },
    truncate: { percent: 50, breaks: 'connection' },
    html: { status: 200 },
    status: { status: 500 },
    code: { code: 'ERROR_OVER_SPEED', where: 'body' },
    'partly-accepted': { count: 1, code: 'ERROR_PARAMS' },
    redirect: { status: 307 },
    oversize: { bytes: 67_108_864 },
    encoded: {
      charset: 'utf-8',
      declares: 'truth',
      packing: 'none',
      announces: 'truth',
      percent: 100,
      breaks: 'body',
    },
    'compressed-bomb': { bytes: 1_073_741_824 },
    'wrongly-sealed': { what: 'other-key' },
    'wrongly-pushed': { how: 'twice' },
    'missing-entries': { count: 1 },
    'stranger-entries': { count: 1 },
    'untrue-entries': { what: 'twice' },
    'clock-skew': { ms: 900_000 },
    'duplicate-reports': { count: 1, byMs: 0 },
    'late-reports': { byMs: 60_000 },
    'early-reports': { answerAfterMs: 1000 },
    'conflicting-reports': { state: 'FAIL_RESPONSE', byMs: 0 },
    'stranger-reports': { count: 1, ids: 'theirs', numbers: 'ours', state: 'DELIVRD' },
    'returned-page': { answer: 'whole' },
    'odd-reports': { count: 500, shape: 'all' },
    'absurd-page': { shape: 'no-reports', size: 1_000_000, place: 'behind' },
    'malformed-reports': { count: 1, shape: 'all' },
  };

  it('has a switch, and no other is there', async () => {
    const switches = current().page.getByRole('switch');
    const kinds = await current().page.evaluate<string[]>(
      "[...document.querySelectorAll('.fault')].map(({ dataset }) => dataset.kind)",
    );
    expect(await switches.count()).toBe(FAULT_KINDS.length);
    expect(kinds.sort()).toEqual([...FAULT_KINDS].sort());
  });

  it.each(FAULT_KINDS)('%s is switched on with its defaults, until it is switched off', async (kind) => {
    const { bench, page } = current();
    // A port that is shut at once takes the page's way in: faults.spec.ts does that.
    if (kind === 'refuse') {
      await current().fault(kind).locator('.disclosure').click();
      await current().fault(kind).locator('[name="afterMs"]').fill('600000');
    }
    expect(await current().isOn(kind)).toBe(false);
    await current().turnOn(kind);
    const order = { kind, ...FILLED_IN[kind] };
    expect(bench.simulator.faults().map((fault) => fault.order)).toEqual([
      kind === 'refuse' ? { ...order, afterMs: 600_000 } : { ...order, times: Infinity },
    ]);
    expect(await current().isOn(kind)).toBe(true);
    expect(await page.locator('#faults-on').innerText()).toBe('1');

    await current().turnOff(kind);
    expect(bench.simulator.faults()).toEqual([]);
    expect(await current().isOn(kind)).toBe(false);
    expect(await page.locator('#faults-on').isVisible()).toBe(false);
  });
});
