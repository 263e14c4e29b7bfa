import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { seeded, type Random } from '../faults/random.js';
import { databasesUnderTest } from '../support/databases.js';
import { runs } from '../support/runs.js';
import { FigureBench } from './figures/figure-bench.js';
import { openTestDatabase } from './open-database.js';
import { History, type Member } from './store/history.js';
import { HOUR, StoreBench } from './store/store-bench.js';

const PROCESSES = 3;
const WAVES = 8;
const STEPS_IN_A_WAVE = 6;

/** Whatever several processes do at the same time, and whoever counts meanwhile: once they have caught up, figures are what GROUP BY would say. */
describe.each(databasesUnderTest())('figures of any history on %s', (kind) => {
  let bench: StoreBench;
  const databases: ImsDatabase[] = [];
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    while (databases.length < PROCESSES) databases.push(await bench.anotherDatabase());
  });
  afterAll(() => bench?.close());

  const members = (): [Member, ...Member[]] => {
    const { account } = bench.store();
    return databases.map((database) => ({
      database,
      store: bench.store(account, database),
      host: kind === 'sqlite' ? null : database.dataSource,
    })) as [Member, ...Member[]];
  };

  it('are exact after they have caught up', async () => {
    const property = fc.asyncProperty(fc.integer({ min: 0 }), async (seed) => {
      const random = seeded(String(seed));
      const all = members();
      const history = new History(random, all);
      const { account } = all[0].store;
      const figures = new FigureBench(bench.database, account);
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
          const ms = random.pick([2 * HOUR, 4 * HOUR, 80 * HOUR, -HOUR]);
          await figures.pass(ms);
          await history.pass(ms);
        }
        if (random.chance(0.2))
          await noteGone(figures, gone, Promise.all([history.purge(), ...counting(figures, random)]));
        if (random.chance(0.1)) await figures.figures.rebuild();
      }
      await figures.catchUp();
      expect(await figures.wrong()).toEqual([]);
      for (const span of ['hour', 'day', 'all']) expect(await figures.purged(span)).toEqual(gone);
    });
    await fc.assert(property, { ...runs(6), endOnFailure: true });
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

  async function noteGone(figures: FigureBench, gone: Record<string, number>, purge: Promise<unknown>): Promise<void> {
    const before = await figures.all('emay_ims_message');
    await purge;
    const left = new Set((await figures.all('emay_ims_message')).map((row) => row.custom_ims_id));
    for (const { custom_ims_id: id, state } of before) {
      if (!left.has(id)) gone[String(state)] = (gone[String(state)] ?? 0) + 1;
    }
  }
});
