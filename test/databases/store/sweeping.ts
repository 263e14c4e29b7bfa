import { describe, expect, it } from '@jest/globals';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../../../libs/emay-ims/src/messages/message-state.js';
import type { MessageParts } from './message-parts.js';
import { FAR_FUTURE, HOLD_MS, LONG_AGO, newAttempt, newMessage, type StoreBench } from './store-bench.js';

/** One message in each state, named for it, with these columns. */
async function oneOfEach(
  bench: StoreBench,
  store: MessageParts,
  columns: Record<string, number | null>,
): Promise<void> {
  for (const state of IMS_MESSAGE_STATES) {
    await bench.inState(store, state, state, newAttempt().token);
    await bench.put(store, state, columns);
  }
}

/** The states that the messages named for one are no longer in. */
async function moved(bench: StoreBench, store: MessageParts): Promise<Partial<Record<ImsMessageState, string>>> {
  const changes: Partial<Record<ImsMessageState, string>> = {};
  for (const state of IMS_MESSAGE_STATES) {
    const now = await bench.stateOf(store, state);
    if (now !== state) changes[state] = now;
  }
  return changes;
}

export function itSweeps(bench: () => StoreBench): void {
  describe('cancels', () => {
    it.each(IMS_MESSAGE_STATES)('a message that is %s only if it is QUEUED', async (state) => {
      const store = bench().store();
      await bench().inState(store, state, 'one', newAttempt().token);
      expect(await store.queue.cancel('one')).toBe(state === 'QUEUED');
      expect(await bench().stateOf(store, 'one')).toBe(state === 'QUEUED' ? 'CANCELLED' : state);
      expect(await store.queue.cancel('one')).toBe(false);
    });

    it('once and for all: never claimed, nor touched by anything later', async () => {
      const [store, other] = [bench().store(), bench().store()];
      await bench().enqueue(store, [newMessage({ customImsId: 'one' })]);
      expect(await other.queue.cancel('one')).toBe(false);
      expect(await store.queue.cancel('one')).toBe(true);
      expect(await store.finder.findOne('one')).toMatchObject({ dueAt: null, finalAt: expect.any(Date) });
      expect(await store.queue.claimThese(['one'], newAttempt())).toEqual([]);
      await store.queue.unhold(['one'], bench().database);
      expect(await store.finder.findOne('one')).toMatchObject({ state: 'CANCELLED', dueAt: null });
    });
  });

  describe('sweeps', () => {
    it('abandoned attempts into UNCONFIRMED, never back into the queue', async () => {
      const [store, other] = [bench().store(), bench().store()];
      await oneOfEach(bench(), store, { due_at: LONG_AGO, priority: 9 });
      await bench().inState(other, 'SUBMITTING', 'one', newAttempt().token);
      await bench().put(other, 'one', { due_at: LONG_AGO });
      expect(await store.maintenance.recoverStalledAttempts()).toBe(1);
      expect(await moved(bench(), store)).toEqual({ SUBMITTING: 'UNCONFIRMED' });
      expect(await store.finder.findOne('SUBMITTING')).toMatchObject({ code: 'ATTEMPT_ABANDONED', dueAt: null });
      expect(await bench().stateOf(other, 'one')).toBe('SUBMITTING');
      expect(await store.maintenance.recoverStalledAttempts()).toBe(0);
    });

    it('no attempt whose time is not over', async () => {
      const store = bench().store();
      await oneOfEach(bench(), store, { due_at: FAR_FUTURE });
      expect(await store.maintenance.recoverStalledAttempts()).toBe(0);
      expect(await moved(bench(), store)).toEqual({});
    });

    it('what may no longer be sent into EXPIRED', async () => {
      const [store, other] = [bench().store(), bench().store()];
      await oneOfEach(bench(), store, { due_at: LONG_AGO, expires_at: LONG_AGO, priority: 4 });
      await bench().inState(other, 'QUEUED', 'one', newAttempt().token);
      await bench().put(other, 'one', { due_at: LONG_AGO, expires_at: LONG_AGO });
      expect(await store.maintenance.expire()).toBe(1);
      expect(await moved(bench(), store)).toEqual({ QUEUED: 'EXPIRED' });
      expect(await store.finder.findOne('QUEUED')).toMatchObject({ dueAt: null, finalAt: expect.any(Date) });
      expect(await bench().stateOf(other, 'one')).toBe('QUEUED');
    });

    it('nothing that has no limit, or one that has not come', async () => {
      const store = bench().store();
      await bench().enqueue(store, [newMessage({ customImsId: 'no limit' }), newMessage({ customImsId: 'limit' })]);
      await bench().put(store, 'limit', { expires_at: FAR_FUTURE });
      expect(await store.maintenance.expire()).toBe(0);
    });

    it('what was held for a caller who never came back, after the hold is over, into EXPIRED', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting(
        [newMessage({ customImsId: 'old' }), newMessage({ customImsId: 'new' })],
        attempt,
      );
      await store.queue.release(
        attempt.token,
        ['old', 'new'].map((customImsId) => ({ customImsId, code: 'ECONNREFUSED', dueInMs: null })),
      );
      const now = (await store.queue.now()).getTime();
      await bench().put(store, 'old', { submitted_at: now - HOLD_MS });
      await bench().put(store, 'new', { submitted_at: now - HOLD_MS + 600_000 });
      expect(await store.maintenance.expire()).toBe(1);
      expect(await store.finder.findOne('old')).toMatchObject({ state: 'EXPIRED', finalAt: expect.any(Date) });
      expect(await store.finder.findOne('new')).toMatchObject({ state: 'QUEUED', dueAt: null });
    });

    it('what is held and past its own limit into EXPIRED, without waiting for the end of the hold', async () => {
      const store = bench().store();
      await bench().enqueue(store, [newMessage({ customImsId: 'one' })]);
      await bench().put(store, 'one', { due_at: null, submitted_at: FAR_FUTURE, expires_at: LONG_AGO });
      expect(await store.maintenance.expire()).toBe(1);
      expect(await bench().stateOf(store, 'one')).toBe('EXPIRED');
    });

    it('accepted messages without a report into UNKNOWN, which a report may still raise', async () => {
      const [store, other] = [bench().store(), bench().store()];
      await oneOfEach(bench(), store, { due_at: LONG_AGO, priority: 7 });
      await bench().inState(other, 'ACCEPTED', 'one', newAttempt().token);
      await bench().put(other, 'one', { due_at: LONG_AGO });
      expect(await store.maintenance.endOverdueReportWaits()).toBe(1);
      expect(await moved(bench(), store)).toEqual({ ACCEPTED: 'UNKNOWN' });
      expect(await store.finder.findOne('ACCEPTED')).toMatchObject({ dueAt: null, finalAt: null });
      expect(await bench().stateOf(other, 'one')).toBe('ACCEPTED');
    });

    it('no accepted message whose report has time yet', async () => {
      const store = bench().store();
      await oneOfEach(bench(), store, { due_at: FAR_FUTURE });
      expect(await store.maintenance.endOverdueReportWaits()).toBe(0);
    });
  });
}
