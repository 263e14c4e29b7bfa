import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '../../support/runs.js';
import { setTimeout as pause } from 'node:timers/promises';
import type { ImsDatabase } from '../../../libs/emay-ims/src/database/ims-database.js';
import { dueSql } from '../../../libs/emay-ims/src/message-store/due-list.js';
import { unpackIds } from '../../../libs/emay-ims/src/message-store/packed-ids.js';
import { STATE_RANK } from '../../../libs/emay-ims/src/messages/message-state.js';
import { appliedReport, REPORTED } from './applying.js';
import { outcome } from './recording-outcomes.js';
import { idsOf, newAttempt, newMessage, newMessages, type StoreBench } from './store-bench.js';

const CLAIMERS = 8;

export function itStandsConcurrency(bench: () => StoreBench): void {
  describe('with others at the same time', () => {
    const databases: ImsDatabase[] = [];
    beforeAll(async () => {
      while (databases.length < CLAIMERS) databases.push(await bench().anotherDatabase());
    });
    afterAll(() => {
      databases.length = 0;
    });

    it('claims each of 3,000 messages once, for one of 8 claimers', async () => {
      const store = bench().store();
      const messages = Array.from({ length: 3_000 }, (_, index) =>
        newMessage({ priority: index % 3, mobile: `+61${400_000_000 + (index % 2_500)}` }),
      );
      for (let start = 0; start < messages.length; start += 1_000) {
        await bench().enqueue(store, messages.slice(start, start + 1_000));
      }
      const claims = await Promise.all(
        databases.map(async (database) => {
          const own = bench().store(store.account, database);
          const requests: { mobile: string; customImsId: string }[][] = [];
          for (;;) {
            const claimed = await own.queue.claim(100, newAttempt());
            if (claimed.length === 0) return requests;
            requests.push(claimed);
          }
        }),
      );
      const requests = claims.flat();
      for (const request of requests) {
        expect(request.length).toBeLessThanOrEqual(100);
        expect(new Set(request.map(({ mobile }) => mobile)).size).toBe(request.length);
      }
      const taken = requests.flatMap(idsOf);
      expect(taken).toHaveLength(3_000);
      expect(new Set(taken)).toEqual(new Set(idsOf(messages)));
      expect(await store.finder.stats()).toMatchObject({ QUEUED: 0, SUBMITTING: 3_000 });
      // Nobody counted a message twice, which would have sent it twice.
      const [row] = await bench().database.rows(
        'SELECT MAX(attempts) AS most FROM emay_ims_message WHERE account = ?',
        [store.account],
      );
      expect(Number(row?.most)).toBe(1);
    });

    it('passes over what another claimer has locked, and does not wait for it', async () => {
      const { dialect } = bench().database;
      if (dialect.name === 'sqlite') return; // One writer at a time: there is nothing to pass over.
      const store = bench().store();
      for (const count of [5, 15]) await bench().enqueue(store, newMessages(count));
      const locked = new Set<string>();
      let own: { customImsId: string }[] | null = null;
      let claiming: Promise<unknown> = Promise.resolve();
      await (databases[0] as ImsDatabase).transaction(async (session) => {
        const [row] = await session.rows(dueSql(dialect).lockReady, [store.account, 0, 1]);
        for (const id of unpackIds(String(row?.ids))) locked.add(id);
        claiming = bench()
          .store(store.account, databases[1])
          .queue.claim(20, newAttempt())
          .then((claimed) => (own = claimed));
        await Promise.race([claiming, pause(5_000)]);
      });
      const meanwhile = own;
      await claiming;
      expect(meanwhile).toHaveLength(20 - locked.size);
      expect(idsOf(meanwhile ?? []).filter((id) => locked.has(id))).toEqual([]);
    });

    it('gives one message to one of 8 callers', async () => {
      const store = bench().store();
      const ids = idsOf(newMessages(20));
      await bench().enqueue(
        store,
        ids.map((customImsId) => newMessage({ customImsId })),
      );
      const claims = await Promise.all(
        databases.map((database, index) =>
          bench()
            .store(store.account, database)
            .queue.claimThese(index % 2 === 0 ? ids : ids.toReversed(), newAttempt()),
        ),
      );
      expect(claims.flatMap(idsOf).toSorted()).toEqual(ids.toSorted());
    });

    it('stores an id once, whoever comes first', async () => {
      const store = bench().store();
      const ids = idsOf(newMessages(50));
      await Promise.all(
        databases.map(async (database, index) => {
          const own = bench().store(store.account, database);
          const messages = ids.map((customImsId) => newMessage({ customImsId, content: `Text ${index}` }));
          await own.queue.insertQueued(
            index % 2 === 0 ? messages : messages.toReversed(),
            await own.queue.now(),
            database,
          );
        }),
      );
      expect(await store.finder.stats()).toMatchObject({ QUEUED: 50 });
    });

    it('ends in the highest state, in whatever order, how often and over which connection reports and answers come', async () => {
      const reports = fc.array(fc.constantFrom(...REPORTED), { minLength: 1, maxLength: 8 });
      const property = fc.asyncProperty(
        reports,
        reports,
        fc.constantFrom('ACCEPTED', 'REJECTED', 'UNCONFIRMED', null),
        async (one, other, answer) => {
          const store = bench().store();
          const attempt = newAttempt();
          await store.queue.insertSubmitting([newMessage({ customImsId: 'one' })], attempt);
          const applying = [one, other].map(async (states, index) => {
            const database = databases[index] as ImsDatabase;
            const own = bench().store(store.account, database);
            for (const state of states) {
              const page = [appliedReport('one', { state })];
              // As the ingestor does it: by name first, and where that moves nobody, in general.
              if ((await own.results.applyNamedReports(page, database)) === 0)
                await own.results.applyReports(page, database);
            }
          });
          const settling =
            answer &&
            bench()
              .store(store.account, databases[2])
              .results.recordOutcomes(attempt.token, [outcome('one', { state: answer })]);
          await Promise.all([...applying, settling]);
          // A refusal may come first or not: where no report says more, it may stand.
          const highest = [...one, ...other].reduce((high, state) =>
            STATE_RANK[state] > STATE_RANK[high] ? state : high,
          );
          const state = await bench().stateOf(store, 'one');
          const mayStand = answer === 'REJECTED' && highest === 'UNKNOWN' ? [highest, answer] : [highest];
          expect(mayStand).toContain(state);
        },
      );
      await fc.assert(property, runs(40));
    });

    it.each([
      ['applyReports', 'of one state'],
      ['applyReports', 'of all states'],
      ['applyNamedReports', 'of one state'],
      ['applyNamedReports', 'of all states'],
    ] as const)(
      '%s moves pages %s about the same 200 messages in opposite orders without a deadlock that shows',
      async (way, of) => {
        const store = bench().store();
        const messages = newMessages(200);
        await store.queue.insertSubmitting(messages, newAttempt());
        const ids = idsOf(messages);
        const applied = await Promise.all(
          databases.map((database, index) => {
            const own = bench().store(store.account, database);
            const reports = ids.map((id, position) =>
              appliedReport(id, { state: REPORTED[(of === 'of one state' ? index : index + position) % 4] }),
            );
            return database.transaction((session) =>
              own.results[way](index % 2 === 1 ? reports.toReversed() : reports, session),
            );
          }),
        );
        // By name nothing changes a message that has had a report: whoever came first has the last word.
        const { QUEUED, SUBMITTING, DELIVERED } = await store.finder.stats();
        if (way === 'applyReports') expect(DELIVERED).toBe(200);
        expect([QUEUED, SUBMITTING]).toEqual([0, 0]);
        expect(applied.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(200);
      },
    );
  });
}
