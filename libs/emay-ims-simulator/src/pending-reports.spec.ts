import { expect, it } from '@jest/globals';
import type { PendingReport } from './oracle/records.js';
import { Bench } from './testing/gateway-caller.js';

it('shows as many of the next reports as were asked for, of one account or several', async () => {
  const accounts = ['a', 'b'].map((appId) => ({ appId, secretKey: 'k' }));
  const bench = await Bench.start({ accounts });
  const { simulator } = bench;
  try {
    for (const appId of ['a', 'a', 'a', 'b', 'b', 'a']) {
      bench.now += 1000;
      simulator.pushReport(appId, { imsId: `${appId}${bench.now}` });
    }
    const all = simulator.pendingReports().toSorted((left, right) => left.dueAt - right.dueAt);
    expect(all).toHaveLength(6);
    for (const limit of [1, 3, 5, 6, 100]) {
      const response = await fetch(`${simulator.url}/_simulator/pending-reports?limit=${limit}`);
      expect((await response.json()) as { items: PendingReport[] }).toEqual({ items: all.slice(0, limit) });
    }
    const overview = (await (await fetch(`${simulator.url}/_simulator`)).json()) as object;
    expect(overview).toMatchObject({
      accounts: [
        { appId: 'a', pending: 4 },
        { appId: 'b', pending: 2 },
      ],
    });
  } finally {
    await simulator.stop();
  }
});
