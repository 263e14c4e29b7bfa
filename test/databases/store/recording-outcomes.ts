import { describe, expect, it } from '@jest/globals';
import { isDeepStrictEqual } from 'node:util';
import { IMS_MESSAGE_STATES, STATE_RANK } from '../../../libs/emay-ims/src/messages/message-state.js';
import type { MessageOutcome } from '../../../libs/emay-ims/src/messages/attempt.js';
import type { MessageParts } from './message-parts.js';
import {
  FAR_FUTURE,
  idsOf,
  LONG_AGO,
  newAttempt,
  newMessage,
  newMessages,
  REPORT_DEADLINE_MS,
  type StoreBench,
} from './store-bench.js';

const RESULTS = ['UNCONFIRMED', 'ACCEPTED', 'REJECTED'] as const;

export function outcome(customImsId: string, given: Partial<MessageOutcome> = {}): MessageOutcome {
  return { customImsId, state: 'ACCEPTED', code: 'SUCCESS', imsId: `ims-${customImsId}`, rawAnswer: null, ...given };
}

export function itSettles(bench: () => StoreBench): void {
  describe('settles', () => {
    it('each message with its own result', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      const messages = newMessages(3);
      const [accepted, rejected, unconfirmed] = idsOf(messages) as [string, string, string];
      await store.queue.insertSubmitting(messages, attempt);
      const before = (await store.queue.now()).getTime();
      await store.results.recordOutcomes(attempt.token, [
        outcome(accepted, { imsId: '20230731143600123456' }),
        outcome(rejected, { state: 'REJECTED', code: 'ERROR_MOBILE_ERROR', imsId: null }),
        outcome(unconfirmed, {
          state: 'UNCONFIRMED',
          code: 'HTTP_502',
          imsId: null,
          rawAnswer: '<h1>坏</h1> 🎉 \\ ?',
        }),
      ]);
      const after = (await store.queue.now()).getTime();
      const first = await store.finder.findOne(accepted);
      expect(first).toMatchObject({ state: 'ACCEPTED', code: 'SUCCESS', imsId: '20230731143600123456', finalAt: null });
      expect(first?.acceptedAt?.getTime()).toBeGreaterThanOrEqual(before);
      expect(first?.acceptedAt?.getTime()).toBeLessThanOrEqual(after);
      expect(first?.dueAt?.getTime()).toBe((first?.acceptedAt?.getTime() ?? 0) + REPORT_DEADLINE_MS);
      const second = await store.finder.findOne(rejected);
      expect(second).toMatchObject({ state: 'REJECTED', code: 'ERROR_MOBILE_ERROR', imsId: null, dueAt: null });
      expect(second).toMatchObject({ acceptedAt: null, finalAt: expect.any(Date) });
      expect(await store.finder.findOne(unconfirmed)).toMatchObject({
        state: 'UNCONFIRMED',
        code: 'HTTP_502',
        rawAnswer: '<h1>坏</h1> 🎉 \\ ?',
        dueAt: null,
        acceptedAt: null,
        finalAt: null,
      });
    });

    it.each(IMS_MESSAGE_STATES.flatMap((from) => RESULTS.map((to) => [from, to] as const)))(
      '%s to %s only from an open attempt, and only upwards',
      async (from, to) => {
        const store = bench().store();
        const { token } = newAttempt();
        await bench().inState(store, from, 'one', token);
        await bench().put(store, 'one', { attempt: token });
        const before = await bench().row(store, 'one');
        await store.results.recordOutcomes(token, [outcome('one', { state: to, code: 'NEW', imsId: null })]);
        const isOpen = from === 'SUBMITTING' || from === 'UNCONFIRMED';
        const rises = isOpen && STATE_RANK[to] > STATE_RANK[from];
        const after = await bench().row(store, 'one');
        expect({ state: after.state, code: after.code }).toEqual(
          rises ? { state: to, code: 'NEW' } : { state: from, code: null },
        );
        expect(rises || isDeepStrictEqual(after, before)).toBe(true);
      },
    );

    it('nothing with the token of an earlier attempt', async () => {
      const store = bench().store();
      const [stale, current] = [newAttempt(), newAttempt()];
      await store.queue.insertSubmitting([newMessage({ customImsId: 'one' })], stale);
      await store.queue.release(stale.token, [{ customImsId: 'one', code: 'ECONNREFUSED', dueInMs: 0 }]);
      await store.queue.claimThese(['one'], current);
      const before = await bench().row(store, 'one');
      for (const state of RESULTS) await store.results.recordOutcomes(stale.token, [outcome('one', { state })]);
      await store.queue.release(stale.token, [{ customImsId: 'one', code: 'LATE', dueInMs: 0 }]);
      expect(await bench().row(store, 'one')).toEqual(before);
      await store.results.recordOutcomes(current.token, [outcome('one')]);
      expect(await bench().stateOf(store, 'one')).toBe('ACCEPTED');
    });

    it('nothing that its own attempt has given back to the queue', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting([newMessage({ customImsId: 'one' })], attempt);
      await store.queue.release(attempt.token, [{ customImsId: 'one', code: 'ERROR_SIGN', dueInMs: 0 }]);
      const before = await bench().row(store, 'one');
      await store.results.recordOutcomes(attempt.token, [outcome('one')]);
      expect(await bench().row(store, 'one')).toEqual(before);
    });

    it('late, after recovery: UNCONFIRMED becomes ACCEPTED', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting([newMessage({ customImsId: 'one' })], attempt);
      await bench().put(store, 'one', { due_at: LONG_AGO });
      expect(await store.maintenance.recoverStalledAttempts()).toBe(1);
      expect(await bench().stateOf(store, 'one')).toBe('UNCONFIRMED');
      await store.results.recordOutcomes(attempt.token, [outcome('one', { imsId: '4711' })]);
      expect(await store.finder.findOne('one')).toMatchObject({ state: 'ACCEPTED', imsId: '4711', code: 'SUCCESS' });
    });

    it('after the report came before the answer: the state stands, the id is added', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      const messages = [newMessage({ customImsId: 'reported' }), newMessage({ customImsId: 'open' })];
      await store.queue.insertSubmitting(messages, attempt);
      await bench().put(store, 'reported', { state: 'DELIVERED', final_at: 1, due_at: null });
      await store.results.recordOutcomes(attempt.token, [
        outcome('reported', { imsId: '1' }),
        outcome('open', { imsId: '2' }),
      ]);
      expect(await store.finder.findOne('reported')).toMatchObject({
        state: 'DELIVERED',
        imsId: '1',
        finalAt: new Date(1),
      });
      expect(await store.finder.findOne('open')).toMatchObject({ state: 'ACCEPTED', imsId: '2' });
      await store.results.recordOutcomes(attempt.token, [outcome('reported', { imsId: 'another' })]);
      expect(await store.finder.findOne('reported')).toMatchObject({ imsId: '1' });
    });

    it('nothing of another account, though id and token are the same', async () => {
      const [one, other] = [bench().store(), bench().store()];
      const attempt = newAttempt();
      for (const store of [one, other])
        await store.queue.insertSubmitting([newMessage({ customImsId: 'same' })], attempt);
      await one.results.recordOutcomes(attempt.token, [outcome('same')]);
      expect(await bench().stateOf(other, 'same')).toBe('SUBMITTING');
      await other.queue.release(attempt.token, [{ customImsId: 'same', code: null, dueInMs: 0 }]);
      expect(await bench().stateOf(one, 'same')).toBe('ACCEPTED');
    });

    it('300 messages at once, and an empty list', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      const messages = newMessages(300);
      await store.queue.insertSubmitting(messages, attempt);
      await store.results.recordOutcomes(attempt.token, []);
      await store.results.recordOutcomes(
        attempt.token,
        idsOf(messages).map((id) => outcome(id)),
      );
      expect(await store.finder.stats()).toMatchObject({ ACCEPTED: 300, SUBMITTING: 0 });
      for (const { customImsId, imsId } of await store.finder.findByIds(idsOf(messages)))
        expect(imsId).toBe(`ims-${customImsId}`);
    });
  });

  describe('releases', () => {
    it('to the queue, due again after a while, with the reason; the attempts stay counted', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting([newMessage({ customImsId: 'one' })], attempt);
      const before = (await store.queue.now()).getTime();
      await store.queue.release(attempt.token, [{ customImsId: 'one', code: 'ERROR_OVER_SPEED', dueInMs: 5_000 }]);
      const after = (await store.queue.now()).getTime();
      const released = await store.finder.findOne('one');
      expect(released).toMatchObject({ state: 'QUEUED', code: 'ERROR_OVER_SPEED', attempts: 1 });
      expect(released?.dueAt?.getTime()).toBeGreaterThanOrEqual(before + 5_000);
      expect(released?.dueAt?.getTime()).toBeLessThanOrEqual(after + 5_000);
      expect(await store.queue.claim(10, newAttempt())).toEqual([]);
    });

    it('what is held for its caller: never due by itself, until it is handed over', async () => {
      const store = bench().store();
      const attempt = newAttempt();
      const sendAt = new Date(FAR_FUTURE);
      await store.queue.insertSubmitting(
        [
          newMessage({ customImsId: 'held' }),
          newMessage({ customImsId: 'later', sendAt }),
          newMessage({ customImsId: 'x' }),
        ],
        attempt,
      );
      await store.queue.release(
        attempt.token,
        ['held', 'later', 'x'].map((customImsId) => ({ customImsId, code: null, dueInMs: null })),
      );
      expect(await store.finder.findOne('held')).toMatchObject({ state: 'QUEUED', dueAt: null, code: null });
      expect(await store.queue.claim(10, newAttempt())).toEqual([]);

      await store.queue.unhold(['held', 'later', 'nobody'], bench().database);
      expect(await store.finder.findOne('later')).toMatchObject({ dueAt: sendAt });
      expect(await store.finder.findOne('x')).toMatchObject({ dueAt: null });
      expect(idsOf(await store.queue.claim(10, newAttempt()))).toEqual(['held']);
    });

    describe('into the queue, and not on hold, what was enqueued', () => {
      const one = { customImsId: 'one' };
      const held = [{ ...one, code: 'ECONNREFUSED', dueInMs: null }];
      const expectQueued = async (store: MessageParts) => {
        expect(await store.finder.findOne('one')).toMatchObject({ state: 'QUEUED', dueAt: expect.any(Date) });
        expect(idsOf(await store.queue.claim(10, newAttempt()))).toEqual(['one']);
      };

      it('while it was under way', async () => {
        const store = bench().store();
        const attempt = newAttempt();
        await store.queue.insertSubmitting([newMessage(one)], attempt);
        await store.queue.unhold(['one']);
        expect(await bench().stateOf(store, 'one')).toBe('SUBMITTING');
        await store.queue.release(attempt.token, held);
        await expectQueued(store);
      });

      it('between the look at a message on hold and its claim', async () => {
        const store = bench().store();
        const [first, second] = [newAttempt(), newAttempt()];
        await store.queue.insertSubmitting([newMessage(one)], first);
        await store.queue.release(first.token, held);
        await store.queue.unhold(['one']);
        await store.queue.claimThese(['one'], second);
        await store.queue.release(second.token, held);
        await expectQueued(store);
      });

      it('after its attempt was taken for abandoned', async () => {
        const store = bench().store();
        const attempt = newAttempt();
        await store.queue.insertSubmitting([newMessage(one)], attempt);
        await bench().put(store, 'one', { due_at: LONG_AGO });
        await store.maintenance.recoverStalledAttempts();
        await store.queue.unhold(['one']);
        expect(await bench().stateOf(store, 'one')).toBe('UNCONFIRMED');
        await store.queue.release(attempt.token, held);
        await expectQueued(store);
      });

      it('with a send time that has not come', async () => {
        const store = bench().store();
        const attempt = newAttempt();
        const sendAt = new Date(FAR_FUTURE);
        await store.queue.insertSubmitting([newMessage({ ...one, sendAt })], attempt);
        await store.queue.unhold(['one']);
        await store.queue.release(attempt.token, held);
        expect(await store.finder.findOne('one')).toMatchObject({ state: 'QUEUED', dueAt: sendAt });
      });
    });

    it.each(IMS_MESSAGE_STATES.filter((state) => state !== 'SUBMITTING'))('nothing that is %s', async (state) => {
      const store = bench().store();
      const { token } = newAttempt();
      await bench().inState(store, state, 'one', token);
      await bench().put(store, 'one', { attempt: token });
      const before = await bench().row(store, 'one');
      await store.queue.release(token, [{ customImsId: 'one', code: 'LATE', dueInMs: 0 }]);
      expect(await bench().row(store, 'one')).toEqual(before);
    });

    it('what was taken for abandoned, as its owner knows that it was not accepted', async () => {
      const store = bench().store();
      const [attempt, other] = [newAttempt(), newAttempt()];
      await store.queue.insertSubmitting(
        [newMessage({ customImsId: 'late' }), newMessage({ customImsId: 'held' })],
        attempt,
      );
      await store.queue.insertSubmitting([newMessage({ customImsId: 'of another' })], other);
      for (const id of ['late', 'held', 'of another']) await bench().put(store, id, { due_at: LONG_AGO });
      expect(await store.maintenance.recoverStalledAttempts()).toBe(3);
      await store.queue.release(attempt.token, [
        { customImsId: 'late', code: 'ATTEMPT_OVER', dueInMs: 0 },
        { customImsId: 'held', code: 'ATTEMPT_OVER', dueInMs: null },
        { customImsId: 'of another', code: 'ATTEMPT_OVER', dueInMs: 0 },
      ]);
      expect(await store.finder.findOne('late')).toMatchObject({ state: 'QUEUED', code: 'ATTEMPT_OVER', attempts: 1 });
      expect(await store.finder.findOne('held')).toMatchObject({ state: 'QUEUED', dueAt: null });
      expect(await bench().stateOf(store, 'of another')).toBe('UNCONFIRMED');
      expect(idsOf(await store.queue.claim(10, newAttempt()))).toEqual(['late']);
    });

    it.each([
      ['that is in doubt for another reason', { code: 'TIMEOUT' }, 'UNCONFIRMED'],
      ['that a report was about', { state: 'DELIVERED' }, 'DELIVERED'],
      ['that a person has given up', { state: 'UNKNOWN', code: 'GIVEN_UP' }, 'UNKNOWN'],
      ['that a person has sent again', { state: 'SUBMITTING', attempt: 'of a later attempt' }, 'SUBMITTING'],
    ] as const)('nothing %s meanwhile', async (_name, columns, state) => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting([newMessage({ customImsId: 'one' })], attempt);
      await bench().put(store, 'one', { due_at: LONG_AGO });
      await store.maintenance.recoverStalledAttempts();
      await bench().put(store, 'one', columns);
      const before = await bench().row(store, 'one');
      await store.queue.release(attempt.token, [{ customImsId: 'one', code: 'ATTEMPT_OVER', dueInMs: 0 }]);
      expect(await bench().row(store, 'one')).toEqual(before);
      expect(before.state).toBe(state);
    });

    it('nothing from hold that is not held', async () => {
      const store = bench().store();
      await bench().inState(store, 'UNCONFIRMED', 'sent', newAttempt().token);
      await bench().put(store, 'sent', { due_at: null });
      await bench().enqueue(store, [newMessage({ customImsId: 'later', sendAt: new Date(FAR_FUTURE) })]);
      await bench().put(store, 'later', { send_at: null });
      await store.queue.unhold(['sent', 'later'], bench().database);
      expect(await store.finder.findOne('sent')).toMatchObject({ state: 'UNCONFIRMED', dueAt: null });
      expect(await store.finder.findOne('later')).toMatchObject({ dueAt: new Date(FAR_FUTURE) });
    });
  });
}
