import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmayImsValidationError } from 'nestjs-emay-ims';
import { databasesUnderTest } from '../support/databases.js';
import { OperatedApp, type SeededMessage } from './operated-app.js';

const MINUTE = 60_000;
const NOW = Date.now();
const doubt = (
  id: string,
  minutesAgo: number,
  code: string | null,
  more: Partial<SeededMessage> = {},
): SeededMessage => ({
  id,
  state: 'UNCONFIRMED',
  code,
  createdAt: NOW - minutesAgo * MINUTE,
  submittedAt: NOW - minutesAgo * MINUTE,
  attempt: `attempt-${id}`,
  ...more,
});

describe.each(databasesUnderTest())('doubts on %s', (kind) => {
  let app: OperatedApp;
  beforeAll(async () => {
    app = await OperatedApp.open(kind);
    await app.seed([
      doubt('a1', 100, 'TIMEOUT'),
      doubt('a2', 91, 'TIMEOUT', { mobile: '+447400123456' }),
      doubt('a3', 82, 'TIMEOUT'),
      doubt('other', 85, 'ECONNRESET'),
      // Ten minutes later: another incident.
      doubt('b1', 72, 'TIMEOUT'),
      doubt('none', 5, null, { submittedAt: null, attempt: null }),
      doubt('sent', 95, 'TIMEOUT', { state: 'DELIVERED', reportState: 'DELIVRD' }),
      doubt('failed', 90, 'TIMEOUT', { state: 'UNDELIVERABLE', reportState: 'FAIL_RESPONSE' }),
      doubt('usual', 90, 'SUCCESS', { state: 'DELIVERED', reportState: 'DELIVRD' }),
    ]);
  });
  afterAll(() => app.close());

  it('are grouped by code and time, newest first, with how many proved sent', async () => {
    const { items: incidents, ...page } = await app.operations.doubts();
    expect(page).toMatchObject({ next: null, searchedTo: null, matches: { n: 4, exact: true } });
    const told = incidents.map(({ code, count, provedSent, from, to }) => [
      code,
      count,
      provedSent?.messages,
      Math.round((NOW - from.getTime()) / MINUTE),
      Math.round((NOW - to.getTime()) / MINUTE),
    ]);
    expect(told).toEqual([
      [null, 1, undefined, 5, 5],
      ['TIMEOUT', 1, 0, 72, 72],
      ['TIMEOUT', 3, 2, 100, 82],
      ['ECONNRESET', 1, 0, 85, 85],
    ]);
    expect(incidents[2]).toMatchObject({
      countries: { AU: 2, GB: 1 },
      provedSent: { messages: 2, by: 'minute', asOf: null },
    });
  });

  it('are found by code and time', async () => {
    const since = new Date(NOW - 80 * MINUTE);
    const codes = async (query: Parameters<typeof app.operations.doubts>[0]) =>
      (await app.operations.doubts(query)).items.map(({ code }) => code);
    expect(await codes({ code: 'ECONNRESET' })).toEqual(['ECONNRESET']);
    expect(await codes({ since })).toEqual([null, 'TIMEOUT']);
  });

  it('are listed by incident and all together, page by page', async () => {
    const idsOf = async (incident?: string) => {
      const ids: string[] = [];
      for (let after: string | undefined; ;) {
        const page = await app.operations.doubtful({ incident, limit: 2, after });
        ids.push(...page.items.map(({ customImsId }) => customImsId));
        if (page.next === null) return ids;
        after = page.next;
      }
    };
    const [none, , timeouts] = (await app.operations.doubts()).items;
    expect(await idsOf(timeouts!.id)).toEqual(['a3', 'a2', 'a1']);
    expect(await idsOf(none!.id)).toEqual(['none']);
    expect(await idsOf()).toEqual(['none', 'b1', 'a3', 'other', 'a2', 'a1']);
    await expect(app.operations.doubtful({ incident: 'x' })).rejects.toThrow(EmayImsValidationError);
  });
});
