import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { seeded, type Random } from '../faults/random.js';
import { databasesUnderTest } from '../support/databases.js';
import { runs } from '../support/runs.js';
import { FigureBench } from './figures/figure-bench.js';
import { openTestDatabase } from './open-database.js';
import { History } from './store/history.js';
import { useMembers } from './store/members.js';
import { FAR_FUTURE, HOUR, idsOf, newAttempt, newMessages, StoreBench } from './store/store-bench.js';
import { outcome } from './store/recording-outcomes.js';
import { MessageDecisions } from '../../libs/emay-ims/src/message-store/message-decisions.js';
import { FigureStore } from '../../libs/emay-ims/src/figures/figure-store.js';
import { RetentionStore } from '../../libs/emay-ims/src/retention/retention-store.js';
import type { AppliedReport } from '../../libs/emay-ims/src/messages/applied-report.js';
import type { MessageParts } from './store/message-parts.js';

const WAVES = 8;
const STEPS_IN_A_WAVE = 6;

/** Whatever several processes do at the same time, and whoever counts meanwhile: once they have caught up, figures are what GROUP BY would say. */
describe.each(databasesUnderTest())('figures of any history on %s', (kind) => {
  const { databases, bench, members } = useMembers(kind);

  it('are exact after they have caught up', async () => {
    const property = fc.asyncProperty(fc.integer({ min: 0 }), async (seed) => {
      const random = seeded(String(seed));
      const all = members();
      const history = new History(random, all);
      const { account } = all[0].store;
      const figures = new FigureBench(bench().database, account);
      const gone: Record<string, number> = {};
      // What is purged before anybody has counted is not known.
      await figures.catchUp();
      for (let wave = 0; wave < WAVES; wave++) {
        await Promise.all([history.wave(STEPS_IN_A_WAVE), ...counting(figures, random)]);
        if (random.chance(0.5)) {
          await figures.catchUp(random.pick([1, 7, 1_000]));
          expect(await figures.wrong()).toEqual([]);
        }
        if (random.chance(0.4)) {
          // It does not sleep for hours.
          await figures.catchUp();
          const ms = random.pick([2 * HOUR, 4 * HOUR, 80 * HOUR, -HOUR]);
          await figures.pass(ms);
          await history.pass(ms);
        }
        if (random.chance(0.2))
          await noteGone(figures, gone, () => Promise.all([history.purge(), ...counting(figures, random)]));
        if (random.chance(0.1)) await figures.figures.rebuild();
      }
      await figures.catchUp();
      expect(await figures.wrong()).toEqual([]);
      for (const span of ['hour', 'day', 'all']) expect(await figures.purged(span)).toEqual(gone);
    });
    await fc.assert(property, { ...runs(3), endOnFailure: true });
  }, 300_000);

  /** One counter, or two that both take themselves for the only one, and some that end in the middle. */
  function counting(figures: FigureBench, random: Random): Promise<unknown>[] {
    return Array.from({ length: random.between(0, 2) }, async () => {
      const isEnding = random.chance(0.4);
      const database = isEnding ? endingAfter(random.between(1, 40)) : random.pick(databases);
      await figures.makeUnfinishedDue();
      const count = figures.counter({ database, messagesAtATime: random.pick([1, 7, 1_000]) }).count();
      await (isEnding ? count.catch(() => undefined) : count);
    });
  }

  /** A process that is killed before one of its statements. */
  function endingAfter(statements: number): ImsDatabase {
    let left = statements;
    const used = () => {
      if (left-- <= 0) throw new Error('ended');
    };
    const [database] = databases as [ImsDatabase];
    return new Proxy(database, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name === 'transaction') {
          const transaction: ImsDatabase['transaction'] = (work, options) =>
            target.transaction(
              (session) =>
                work({
                  rows: async (...given) => (used(), session.rows(...given)),
                  run: async (...given) => (used(), session.run(...given)),
                }),
              options,
            );
          return transaction;
        }
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          used();
          return (value as (...all: unknown[]) => unknown).apply(target, given);
        };
      },
    });
  }

  async function noteGone(
    figures: FigureBench,
    gone: Record<string, number>,
    purge: () => Promise<unknown>,
  ): Promise<void> {
    const before = await figures.all('emay_ims_message');
    await purge();
    const left = new Set((await figures.all('emay_ims_message')).map((row) => row.custom_ims_id));
    for (const { custom_ims_id: id, state } of before) {
      if (!left.has(id)) gone[String(state)] = (gone[String(state)] ?? 0) + 1;
    }
  }
});

describe.each(databasesUnderTest())('figures on %s', (kind) => {
  let bench: StoreBench;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
  });
  afterAll(() => bench?.close());

  const report = (customImsId: string, state: AppliedReport['state']): AppliedReport => ({
    customImsId,
    imsId: null,
    mobile: null,
    state,
    reportState: state,
    description: null,
    submitTime: null,
    receiveTime: null,
  });

  /** Messages that were accepted, and of which the first were reported. */
  const sent = async (count: number, reports: readonly AppliedReport['state'][]): Promise<[MessageParts, string[]]> => {
    const store = bench.store();
    const messages = newMessages(count);
    await bench.enqueue(store, messages);
    const attempt = newAttempt();
    const ids = idsOf(await store.queue.claimThese(idsOf(messages), attempt));
    await store.results.recordOutcomes(
      attempt.token,
      ids.map((id) => outcome(id)),
    );
    const applied = reports.map((state, index) => report(ids[index] as string, state));
    await bench.database.transaction((session) => store.results.applyNamedReports(applied, session));
    return [store, ids];
  };

  it('the usual way of a message leaves no mark', async () => {
    const [store] = await sent(3, ['DELIVERED', 'UNDELIVERABLE', 'UNKNOWN']);
    expect(await new FigureBench(bench.database, store.account).all('emay_ims_figure_mark')).toEqual([]);
  });

  it('a late report, and one that contradicts another, are counted by their marks alone', async () => {
    const [store, ids] = await sent(3, ['UNKNOWN', 'UNDELIVERABLE', 'DELIVERED']);
    const figures = new FigureBench(bench.database, store.account);
    await figures.catchUp();
    await bench.database.transaction((session) =>
      store.results.applyReports(
        [report(ids[0] as string, 'DELIVERED'), report(ids[1] as string, 'DELIVERED')],
        session,
      ),
    );
    expect(await figures.wrong()).not.toEqual([]);
    expect(await figures.all('emay_ims_figure_mark')).toHaveLength(1);
    // Past the look at the newest messages, which would find it here.
    await figures.pass(2 * HOUR);
    await bench.database.run('UPDATE emay_ims_message SET created_at = created_at - ? WHERE account = ?', [
      2 * HOUR,
      store.account,
    ]);
    await figures.catchUp();
    expect(await figures.wrong()).toEqual([]);
    expect(await figures.all('emay_ims_figure_mark')).toEqual([]);
  });

  it.each(['resend', 'giveUp'] as const)(
    'a decision about many doubts (%s) is counted by its marks, although nothing of them is due',
    async (decision) => {
      const [store, ids] = await sent(3, []);
      const { database } = bench;
      const figures = new FigureBench(database, store.account);
      await database.run(
        "UPDATE emay_ims_message SET state = 'UNCONFIRMED', outcome = 'UNCONFIRMED', code = 'TIMEOUT' WHERE account = ?",
        [store.account],
      );
      // Past the look at the newest messages, which would find it.
      await database.run('UPDATE emay_ims_message SET created_at = created_at - ? WHERE account = ?', [
        2 * HOUR,
        store.account,
      ]);
      await figures.counter().count();
      expect(await figures.wrong()).toEqual([]);
      await database.run('UPDATE emay_ims_figure_unit SET next_at = ? WHERE account = ?', [FAR_FUTURE, store.account]);
      await database.transaction((session) =>
        new MessageDecisions(database, store.account)[decision](ids.slice(1), session),
      );
      expect(await figures.wrong()).not.toEqual([]);
      await figures.counter().count();
      expect(await figures.wrong()).toEqual([]);
      expect(await figures.all('emay_ims_figure_mark')).toEqual([]);
    },
  );

  it('what a host commits half an hour late, in a minute of its own, is found once its time is counted again', async () => {
    const [store] = await sent(1, ['DELIVERED']);
    const figures = new FigureBench(bench.database, store.account);
    await figures.catchUp();
    await figures.pass(2 * HOUR);
    await bench.database.run('UPDATE emay_ims_message SET created_at = created_at - ? WHERE account = ?', [
      2 * HOUR,
      store.account,
    ]);
    await bench.enqueue(store, newMessages(1));
    await figures.catchUp();
    const [late] = newMessages(1);
    await bench.enqueue(store, [late!]);
    await bench.put(store, late!.customImsId, { created_at: Date.now() - HOUR / 2 });
    await figures.makeAllDue();
    await figures.counter().count();
    expect(await figures.wrong()).toEqual([]);
  });

  it('a counter that another has followed stores nothing', async () => {
    const [store] = await sent(2, ['DELIVERED']);
    const figures = new FigureBench(bench.database, store.account);
    await figures.catchUp();
    const before = await figures.all('emay_ims_figure');
    const [unit] = await figures.all('emay_ims_figure_unit');
    const isStored = await new FigureStore(bench.database, store.account).store('one of before', {
      range: { unit: 'minute', from: Number(unit?.slot), to: Number.MAX_SAFE_INTEGER },
      counted: new Map(),
      countedAt: 0,
      marks: [],
    });
    expect(isStored).toBe(false);
    expect(await figures.all('emay_ims_figure')).toEqual(before);
  });

  it('history keeps what was purged, with its time to delivery and country; a rebuild, too', async () => {
    const [store, ids] = await sent(3, ['DELIVERED', 'DELIVERED', 'DELIVERED']);
    const figures = new FigureBench(bench.database, store.account);
    for (const id of ids) await bench.put(store, id, { submitted_at: 1_000, final_at: 11_000 });
    await figures.catchUp();
    const now = Date.now();
    const read = async () => {
      const rows = await figures.figures.rows({
        span: 'day',
        from: new Date(now - 24 * HOUR),
        to: new Date(now + HOUR),
      });
      return rows.map((row) => ({ ...row, at: 0 }));
    };
    const before = await read();
    expect(before).toEqual([
      { at: 0, country: 'AU', state: 'DELIVERED', code: 'SUCCESS', took: expect.any(Number), messages: 3 },
    ]);
    const byState = { span: 'hour', from: new Date(now - HOUR), to: new Date(now + HOUR), by: [] } as const;
    expect(await figures.figures.rows({ ...byState, country: 'AU' })).toEqual([
      { at: expect.any(Number), country: null, state: 'DELIVERED', code: null, took: null, messages: 3 },
    ]);
    expect(await figures.figures.rows({ ...byState, country: 'CN' })).toEqual([]);
    await new RetentionStore(bench.database, store.account).deleteMessages(0, 2, 0);
    expect(await read()).toEqual(before);
    expect((await figures.figures.totals()).counts.DELIVERED).toBe(1);
    await figures.figures.rebuild();
    await figures.catchUp();
    expect(await read()).toEqual(before);
    expect(await figures.wrong()).toEqual([]);
  });

  it('counts the messages of a state and a code; says nothing before all have been counted', async () => {
    const [store, ids] = await sent(4, []);
    const figures = new FigureBench(bench.database, store.account);
    const count = (code: string) => figures.figures.count('UNCONFIRMED', code);
    for (const [index, id] of ids.entries()) {
      const code = index === 0 ? 'TIMEOUT' : 'REPORTED_UNSENT';
      await bench.put(store, id, { state: 'UNCONFIRMED', outcome: 'UNCONFIRMED', code });
    }
    expect(await count('REPORTED_UNSENT')).toBeNull();
    await figures.catchUp();
    expect([await count('REPORTED_UNSENT'), await count('TIMEOUT'), await count('UNREADABLE')]).toEqual([3, 1, 0]);
  });

  it('sums: the same as its slots, of hours, of days, and where a range holds whole days between hours', async () => {
    const [store, ids] = await sent(6, ['DELIVERED', 'REJECTED']);
    const figures = new FigureBench(bench.database, store.account);
    const midnight = Date.now() - (Date.now() % (24 * HOUR));
    // On both sides of two midnights.
    const hours = [-30, -24, -23, -1, 0, 1];
    for (const [at, id] of ids.entries()) {
      await bench.put(store, id, { created_at: midnight - 48 * HOUR + (hours[at] as number) * HOUR });
    }
    await figures.makeAllDue();
    await figures.figures.rebuild();
    await figures.catchUp();
    const total = (rows: readonly { state: string; messages: number }[]) => {
      const counts: Record<string, number> = {};
      for (const { state, messages } of rows) counts[state] = (counts[state] ?? 0) + messages;
      return counts;
    };
    for (const from of [-31, -24, -23, -12, 0]) {
      for (const to of [-22, 0, 1, 2, 30]) {
        const [first, end] = [from, to].map((hour) => new Date(midnight + (hour - 48) * HOUR)) as [Date, Date];
        const query = { span: 'hour', from: first, to: end } as const;
        const sums = await figures.figures.sums(query);
        expect([from, to, total(sums)]).toEqual([from, to, total(await figures.figures.rows(query))]);
        expect(new Set(sums.map(({ at }) => at)).size).toBeLessThanOrEqual(1);
      }
    }
    const all = { from: new Date(midnight - 100 * HOUR), to: new Date(midnight) };
    expect(total(await figures.figures.sums({ span: 'hour', ...all }))).toEqual({
      DELIVERED: 1,
      REJECTED: 1,
      ACCEPTED: 4,
    });
  });

  it('the one account leaves figures of another alone', async () => {
    const [[one], [other]] = [await sent(2, []), await sent(3, [])];
    for (const { account } of [one, other]) await new FigureBench(bench.database, account).catchUp();
    for (const { account } of [one, other]) expect(await new FigureBench(bench.database, account).wrong()).toEqual([]);
  });
});
