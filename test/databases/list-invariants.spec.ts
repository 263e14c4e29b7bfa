import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { HELD, outcomeOf } from '../../libs/emay-ims/src/message-store/listed-outcome.js';
import { unpackIds } from '../../libs/emay-ims/src/message-store/packed-ids.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../../libs/emay-ims/src/messages/message-state.js';
import { seeded } from '../faults/random.js';
import { databasesUnderTest } from '../support/databases.js';
import { runs } from '../support/runs.js';
import { History } from './store/history.js';
import { useMembers } from './store/members.js';
import type { MessageParts } from './store/message-parts.js';
import { HOUR } from './store/store-bench.js';

const WAVES = 8;
const STEPS_IN_A_WAVE = 6;
/** Between the statement that says when a message is overdue and the one that says when its attempt is. */
const STATEMENTS_APART_MS = HOUR / 2;

/** Whatever several processes do at the same time: everything that waits is listed, and nothing is submitted twice. */
describe.each(databasesUnderTest())('any history on %s', (kind) => {
  const { bench, members } = useMembers(kind);

  it('leaves each message listed as it stands, counted and found, and submitted once', async () => {
    const property = fc.asyncProperty(fc.integer({ min: 0 }), async (seed) => {
      const random = seeded(String(seed));
      const all = members();
      const history = new History(random, all);
      const [{ store }] = all;
      for (let wave = 0; wave < WAVES; wave++) {
        await history.wave(STEPS_IN_A_WAVE);
        expect(await wrongIn(bench().database, store, history)).toEqual([]);
        if (random.chance(0.4)) await history.pass(random.pick([2 * HOUR, 4 * HOUR, 80 * HOUR, -HOUR]));
        if (random.chance(0.2)) await history.purge();
      }
      await history.finish();
      expect(await wrongIn(bench().database, store, history)).toEqual([]);
      const { QUEUED, SUBMITTING, ACCEPTED } = await store.finder.stats();
      expect([QUEUED, SUBMITTING, ACCEPTED]).toEqual([0, 0, 0]);
      for (const table of ['emay_ims_due', 'emay_ims_attempt']) {
        expect(await bench().database.rows(`SELECT ids FROM ${table} WHERE account = ?`, [store.account])).toEqual([]);
      }
    });
    await fc.assert(property, { ...runs(4), endOnFailure: true });
  }, 300_000);
});

async function wrongIn(database: ImsDatabase, store: MessageParts, history: History): Promise<string[]> {
  const { account } = store;
  const rowsOf = (table: string) => database.rows(`SELECT * FROM ${table} WHERE account = ?`, [account]);
  const due = new Set<string>();
  for (const row of await rowsOf('emay_ims_due')) {
    const listedAs = `${row.priority} ${row.due_at} ${row.expires_at}`;
    for (const id of unpackIds(String(row.ids))) due.add(`${listedAs} ${id}`);
  }
  const underWay = new Map<string, number>();
  for (const row of await rowsOf('emay_ims_attempt')) {
    for (const id of unpackIds(String(row.ids))) {
      const key = `${row.attempt} ${id}`;
      underWay.set(key, Math.min(underWay.get(key) ?? Infinity, Number(row.due_at)));
    }
  }
  const wrong: string[] = [];
  const byState = new Map<ImsMessageState, string[]>(IMS_MESSAGE_STATES.map((state) => [state, []]));
  for (const row of await rowsOf('emay_ims_message')) {
    const id = String(row.custom_ims_id);
    const state = row.state as ImsMessageState;
    byState.get(state)?.push(id);
    const isHeld = state === 'QUEUED' && row.due_at === null;
    if (isHeld && row.enqueued_at !== null) wrong.push(`${id} was enqueued, and is on hold`);
    if (state === 'QUEUED' && !isHeld && !due.has(`${row.priority} ${row.due_at} ${row.expires_at} ${id}`)) {
      wrong.push(`${id} is QUEUED and not due`);
    }
    if (state === 'SUBMITTING' || state === 'ACCEPTED') {
      const lookedAt = underWay.get(`${row.attempt} ${id}`) ?? Infinity;
      if (lookedAt > Number(row.due_at) + STATEMENTS_APART_MS) wrong.push(`${id} is ${state}; looked at ${lookedAt}`);
    }
    if (row.outcome !== (isHeld ? HELD : outcomeOf(state))) wrong.push(`${id} is ${state}, listed as ${row.outcome}`);
    const [submitted, released, resent] = [history.submitted, history.released, history.resent].map(
      (counts) => counts.get(id) ?? 0,
    ) as [number, number, number];
    if (submitted - released > 1 + resent) wrong.push(`${id} was submitted ${submitted} times`);
    const attempts = Number(row.attempts);
    if (attempts < submitted || attempts > submitted + resent) {
      wrong.push(`${id} was submitted ${submitted} times, and counts ${attempts}`);
    }
  }
  const stats = await store.finder.stats();
  for (const [state, ids] of byState) {
    if (stats[state] !== ids.length) wrong.push(`${stats[state]} counted as ${state}, which are ${ids.length}`);
    const found = await store.finder.find({ states: [state], limit: 100_000 });
    const same =
      found
        .map(({ customImsId }) => customImsId)
        .toSorted()
        .join() === ids.toSorted().join();
    if (!same) wrong.push(`found as ${state}: ${found.length} of ${ids.length}`);
  }
  return wrong;
}
