import { expect, it, describe } from '@jest/globals';
import { createTestDatabase, databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { PushApp } from './push-app.js';
import { pushedReport } from './pusher.js';

/** At a time; each pushes again as soon as it is answered. */
const PUSHERS = 8;

describe.each(databasesUnderTest())('the end of an application that is pushed to on %s', (kind) => {
  it('waits for no end of the pushes; what was answered `success` takes effect after the next start', async () => {
    const database = await createTestDatabase(kind);
    const first = await PushApp.start(kind, { database });
    const taken = new Set<string>();
    const over = new AbortController();
    const pushers = Array.from({ length: PUSHERS }, async (_, pusher) => {
      for (let number = 0; !over.signal.aborted; number++) {
        const id = `p${pusher}-${number}`;
        const { text } = await first.push([pushedReport(id)]).catch(() => ({ text: '' }));
        if (text === 'success') taken.add(id);
      }
    });
    await eventually(
      async () => taken.size,
      (count) => count > 5 * PUSHERS,
    );
    await first.close();
    over.abort();
    await Promise.all(pushers);
    expect(first.log.lines.filter((line) => line.includes('Shutdown continues'))).toEqual([]);

    const second = await PushApp.start(kind, { database });
    await second.ims.pullReports();
    const known = new Set((await second.reports()).map((report) => String(report.custom_ims_id)));
    expect([...taken].filter((id) => !known.has(id))).toEqual([]);
    await second.close();
    await database.drop();
  });
});
