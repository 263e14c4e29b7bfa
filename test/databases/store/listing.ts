import { describe, expect, it } from '@jest/globals';
import { indexKeyOf, indexKeySql } from '../../../libs/emay-ims/src/message-store/message-index-key.js';
import type { ImsMessageState } from '../../../libs/emay-ims/src/messages/message-state.js';
import type { AppliedReport } from '../../../libs/emay-ims/src/messages/applied-report.js';
import type { MessageOutcome } from '../../../libs/emay-ims/src/messages/attempt.js';
import type { MessageParts } from './message-parts.js';
import { FAR_FUTURE, LONG_AGO, newAttempt, newMessage, newMessages, type StoreBench } from './store-bench.js';

/** A day, as places in the index are times. */
const DAY = 86_400_000;

/** How the index of what is due lists messages, and how far sweeps have come in it. */
export function itLists(bench: () => StoreBench): void {
  /** The same account as another process sees it: it has not swept anything yet. */
  const inAnotherProcess = (store: MessageParts) => bench().store(store.account);
  const reached = async (store: MessageParts, state: string): Promise<number | null> => {
    const sql = 'SELECT reached FROM emay_ims_sweep WHERE account = ? AND state = ?';
    const [row] = await bench().database.rows(sql, [store.account, state]);
    return row ? Number(row.reached) : null;
  };
  const handedOverAt = async (store: MessageParts, customImsId: string, listedAt: number, state = 'SUBMITTING') => {
    await bench().inState(store, state as 'SUBMITTING', customImsId, newAttempt().token);
    await bench().put(store, customImsId, { due_at: listedAt });
  };

  describe('lists', () => {
    it('a message as one that was handed over from its claim to its delivery', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await bench().enqueue(store, [newMessage({ customImsId: 'one' })]);
      const listing = async () => {
        const { listed_as: as, listed_at: at } = await bench().row(store, 'one');
        return { as, at: at === null ? null : Number(at) };
      };
      expect(await listing()).toEqual({ as: 'QUEUED', at: (await store.finder.findOne('one'))?.dueAt?.getTime() });
      await store.queue.claim(1, attempt);
      const handedOver = { as: indexKeyOf('SUBMITTING'), at: (await store.finder.findOne('one'))?.dueAt?.getTime() };
      expect(await listing()).toEqual(handedOver);
      await store.results.recordOutcomes(attempt.token, [
        { customImsId: 'one', state: 'ACCEPTED', code: 'SUCCESS', imsId: '1', rawAnswer: null },
      ]);
      expect(await listing()).toEqual(handedOver);
      const report = { imsId: '1', mobile: null, reportState: 'DELIVRD', description: null, submitTime: null };
      await store.results.applyReports(
        [{ ...report, customImsId: 'one', state: 'DELIVERED', receiveTime: null }],
        bench().database,
      );
      expect(await bench().stateOf(store, 'one')).toBe('DELIVERED');
      expect(await listing()).toEqual(handedOver);
    });

    const listings = async (store: MessageParts) => {
      const rows = await bench().database.rows('SELECT state, listed_as FROM emay_ims_message WHERE account = ?', [
        store.account,
      ]);
      return Object.fromEntries(rows.map((row) => [String(row.state), String(row.listed_as)]));
    };
    const asTheyShould = (states: ImsMessageState[]) =>
      Object.fromEntries(states.map((state) => [state, indexKeyOf(state)]));

    it.each<MessageOutcome['state'][][]>([
      [['ACCEPTED']],
      [['REJECTED', 'UNCONFIRMED']],
      [['ACCEPTED', 'REJECTED', 'UNCONFIRMED']],
    ])('answers of one request as what they say: %p', async (states) => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting(
        states.map((customImsId) => newMessage({ customImsId })),
        attempt,
      );
      const learned = { code: 'C', imsId: null, rawAnswer: null };
      await store.results.recordOutcomes(
        attempt.token,
        states.map((state) => ({ ...learned, customImsId: state, state })),
      );
      expect(await listings(store)).toEqual(asTheyShould(states));
    });

    it.each<AppliedReport['state'][][]>([
      [['DELIVERED']],
      [['UNDELIVERABLE', 'REJECTED', 'UNKNOWN']],
      [['DELIVERED', 'UNDELIVERABLE', 'REJECTED', 'UNKNOWN']],
    ])('reports of one page as what they say, whatever became of the request: %p', async (states) => {
      for (const from of ['SUBMITTING', 'UNCONFIRMED', 'ACCEPTED', 'QUEUED'] as const) {
        const store = bench().store();
        for (const id of states) {
          await bench().inState(store, from, id, newAttempt().token);
          await bench().put(store, id, { attempts: 1 });
        }
        const report = {
          imsId: '1',
          mobile: null,
          reportState: 'R',
          description: null,
          submitTime: null,
          receiveTime: null,
        };
        const reports = states.map((state) => ({ ...report, customImsId: state, state }));
        expect(await store.results.applyNamedReports(reports, bench().database)).toBe(states.length);
        expect(await listings(store)).toEqual(asTheyShould(states));
      }
    });

    it('nothing for the dispatcher that is not QUEUED, whatever it is listed as', async () => {
      const store = bench().store();
      await bench().inState(store, 'ACCEPTED', 'one', newAttempt().token);
      await bench().database.run("UPDATE emay_ims_message SET listed_as = 'QUEUED', listed_at = 1 WHERE account = ?", [
        store.account,
      ]);
      expect(await store.queue.claim(10, newAttempt())).toEqual([]);
      await bench().relist(store);
    });
  });

  describe('sweeps what was handed over', () => {
    it('so that nobody passes an attempt that is still under way, however long it takes', async () => {
      const store = bench().store();
      await handedOverAt(store, 'over', LONG_AGO, 'DELIVERED');
      await handedOverAt(store, 'under way', 5 * DAY);
      await bench().put(store, 'under way', { due_at: FAR_FUTURE });
      await bench().database.run('UPDATE emay_ims_message SET listed_at = ? WHERE account = ? AND custom_ims_id = ?', [
        5 * DAY,
        store.account,
        'under way',
      ]);
      expect(await store.maintenance.recoverStalledAttempts()).toBe(0);
      expect(await reached(store, 'SUBMITTING')).toBe(5 * DAY - 1);
      await bench().put(store, 'under way', { due_at: 5 * DAY });
      expect(await inAnotherProcess(store).maintenance.recoverStalledAttempts()).toBe(1);
      expect(await bench().stateOf(store, 'under way')).toBe('UNCONFIRMED');
    });

    it('up to some minutes ago: a claim may be committed later than its time says', async () => {
      const store = bench().store();
      expect(await store.maintenance.recoverStalledAttempts()).toBe(0);
      const now = (await store.queue.now()).getTime();
      const place = await reached(store, 'SUBMITTING');
      expect(place).toBeLessThanOrEqual(now - 60_000);
      await handedOverAt(store, 'late', (place as number) + 1);
      expect(await inAnotherProcess(store).maintenance.recoverStalledAttempts()).toBe(1);
      expect(await bench().stateOf(store, 'late')).toBe('UNCONFIRMED');
    });

    it('at once where it came since the last sweep of the same process', async () => {
      const store = bench().store();
      expect(await store.maintenance.recoverStalledAttempts()).toBe(0);
      const swept = (await store.queue.now()).getTime();
      // An attempt of no length at all has a place behind the sweep only from the next millisecond on.
      while ((await store.queue.now()).getTime() === swept);
      const attempt = newAttempt(0);
      await store.queue.insertSubmitting([newMessage({ customImsId: 'one' })], attempt);
      expect(await store.maintenance.recoverStalledAttempts()).toBe(1);
    });

    it('all over again where the clock of the database has been set back', async () => {
      const store = bench().store();
      await handedOverAt(store, 'one', LONG_AGO);
      await bench().database.run("INSERT INTO emay_ims_sweep (account, state, reached) VALUES (?, 'SUBMITTING', ?)", [
        store.account,
        FAR_FUTURE,
      ]);
      expect(await store.maintenance.recoverStalledAttempts()).toBe(1);
      expect(await reached(store, 'SUBMITTING')).toBeLessThan((await store.queue.now()).getTime());
    });

    it('each thing of its own: how far one has come is nothing to the other', async () => {
      const store = bench().store();
      await handedOverAt(store, 'accepted', LONG_AGO, 'ACCEPTED');
      expect(await store.maintenance.recoverStalledAttempts()).toBe(0);
      expect(await store.maintenance.endOverdueReportWaits()).toBe(1);
      expect(await bench().stateOf(store, 'accepted')).toBe('UNKNOWN');
    });

    it('and still finds, counts and sweeps what has gone that far and waits', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      const messages = newMessages(3);
      await store.queue.insertSubmitting(messages, attempt);
      const ids = messages.map(({ customImsId }) => customImsId);
      await store.results.recordOutcomes(
        attempt.token,
        ids.map((customImsId, index) => {
          return { customImsId, state: 'ACCEPTED', code: 'SUCCESS', imsId: `ims-${index}`, rawAnswer: null };
        }),
      );
      await handedOverAt(store, 'swept', LONG_AGO, 'DELIVERED');
      await store.maintenance.recoverStalledAttempts();
      await store.maintenance.endOverdueReportWaits();
      expect(await reached(store, 'ACCEPTED')).toBeGreaterThan(LONG_AGO);
      expect(await store.finder.stats()).toMatchObject({ ACCEPTED: 3, DELIVERED: 1, SUBMITTING: 0, QUEUED: 0 });
      expect(await store.results.findByImsIdAlone(['ims-1'], bench().database)).toMatchObject([
        { customImsId: ids[1] },
      ]);
    });
  });

  it('what the other tests have left: each message as its state says, and with a place where it was handed over', async () => {
    const wrong = await bench().database.rows(
      `SELECT state, listed_as, listed_at FROM emay_ims_message
       WHERE listed_as <> ${indexKeySql('state')} OR listed_as IS NULL
         OR (listed_at IS NULL AND listed_as = '${indexKeyOf('SUBMITTING')}')`,
    );
    expect(wrong).toEqual([]);
  });
}
