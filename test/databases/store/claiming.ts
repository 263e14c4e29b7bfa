import { describe, expect, it } from '@jest/globals';
import { atDate } from '../../support/at-date.js';
import {
  FAR_FUTURE,
  HOUR,
  idsOf,
  LONG_AGO,
  newAttempt,
  newMessage,
  newMessages,
  type StoreBench,
} from './store-bench.js';

const byId = (one: { customImsId: string }, other: { customImsId: string }) =>
  one.customImsId < other.customImsId ? -1 : 1;

export function itClaims(bench: () => StoreBench): void {
  describe('claims', () => {
    it('the highest priority first, then what has been due longest; no more than asked for', async () => {
      const store = bench().store();
      const due: [string, number, number][] = [
        ['d', 0, 100],
        ['c', 9, 300],
        ['b', 9, 200],
        ['a2', 5, 100],
        ['a1', 5, 100],
        ['e', 0, 50],
      ];
      for (const [customImsId, priority, dueAt] of due) {
        await bench().enqueue(store, [newMessage({ customImsId, priority })]);
        await bench().put(store, customImsId, { due_at: dueAt });
      }
      const taken: string[][] = [];
      for (let round = 0; round < 4; round++) taken.push(idsOf(await store.queue.claim(2, newAttempt())).toSorted());
      expect(taken).toEqual([['b', 'c'], ['a1', 'a2'], ['d', 'e'], []]);
    });

    it('neither what is due in the future, nor what is held, nor what has expired', async () => {
      const store = bench().store();
      const [due, future, held, expired] = newMessages(4);
      await bench().enqueue(store, [due!, future!, held!, expired!]);
      await bench().put(store, future!.customImsId, { due_at: FAR_FUTURE, priority: 9 });
      await bench().put(store, held!.customImsId, { due_at: null, priority: 9 });
      await bench().put(store, expired!.customImsId, { expires_at: LONG_AGO, priority: 9 });
      expect(idsOf(await store.queue.claim(10, newAttempt()))).toEqual([due!.customImsId]);
    });

    it('no number twice, the more urgent of two first, and the other one afterwards', async () => {
      const store = bench().store();
      const twice = { mobile: '+61422118000' };
      const [later, urgent] = [newMessage(twice), newMessage({ ...twice, priority: 5 })];
      const other = newMessage();
      await bench().enqueue(store, [later, urgent, other]);
      expect(idsOf(await store.queue.claim(10, newAttempt())).toSorted()).toEqual(idsOf([urgent, other]).toSorted());
      expect(idsOf(await store.queue.claim(10, newAttempt()))).toEqual([later.customImsId]);
      expect(await store.queue.claim(10, newAttempt())).toEqual([]);
    });

    it('and returns what a request needs to know of them, stored as submitting', async () => {
      const store = bench().store();
      const messages = newMessages(5, { content: '亿美 🎉', priority: 3 });
      await bench().enqueue(store, messages);
      await bench().put(store, messages[0]!.customImsId, { attempts: 4, code: 'ECONNREFUSED' });
      const attempt = newAttempt();
      const claimed = await store.queue.claim(3, attempt);
      const rest = idsOf(messages).filter((id) => !idsOf(claimed).includes(id));
      const these = await store.queue.claimThese(rest, attempt);
      expect([...claimed, ...these].toSorted(byId)).toEqual(
        messages.map(({ customImsId, mobile, content }) => ({ customImsId, mobile, content })).toSorted(byId),
      );
      for (const [index, id] of idsOf(messages).entries()) {
        const attempts = index === 0 ? 5 : 1;
        expect(await store.finder.findOne(id)).toMatchObject({ state: 'SUBMITTING', attempt: attempt.token, attempts });
      }
    });

    it('and tells how long each may still be sent, in whichever way it was claimed', async () => {
      const store = bench().store();
      const soon = new Date((await store.queue.now()).getTime() + HOUR);
      const [forEver, expiring, other] = [
        newMessage(),
        newMessage({ expiresAt: soon }),
        newMessage({ expiresAt: soon }),
      ];
      await bench().enqueue(store, [forEver, expiring]);
      await bench().enqueue(store, [{ ...other, sendAt: new Date(FAR_FUTURE) }]);
      const claimed = [
        ...(await store.queue.claim(10, newAttempt())),
        ...(await store.queue.claimThese([other.customImsId], newAttempt())),
      ];
      const left = (await store.queue.now()).getTime();
      const told = new Map(claimed.map(({ customImsId, expiresInMs }) => [customImsId, expiresInMs]));
      expect(told.size).toBe(3);
      expect(told.get(forEver.customImsId)).toBeUndefined();
      for (const { customImsId } of [expiring, other]) {
        expect(told.get(customImsId)).toBeLessThanOrEqual(HOUR);
        expect(told.get(customImsId)).toBeGreaterThanOrEqual(soon.getTime() - left);
      }
      await bench().enqueue(store, [newMessage({ customImsId: 'late' })]);
      await bench().put(store, 'late', { expires_at: LONG_AGO });
      const [late] = await store.queue.claimThese(['late'], newAttempt());
      expect(late?.expiresInMs).toBeLessThan(0);
    });

    it("by the database's clock, whatever that of the process says", async () => {
      const store = bench().store();
      await bench().enqueue(store, newMessages(1));
      const before = (await store.queue.now()).getTime();
      const [claimed] = await atDate(new Date('2001-01-01'), () => store.queue.claim(10, newAttempt(HOUR)));
      const after = (await store.queue.now()).getTime();
      const stored = await store.finder.findOne(claimed!.customImsId);
      const submittedAt = stored?.submittedAt?.getTime() ?? 0;
      expect(submittedAt).toBeGreaterThanOrEqual(before);
      expect(submittedAt).toBeLessThanOrEqual(after);
      expect(stored?.dueAt?.getTime()).toBe(submittedAt + HOUR);
    });

    it('nothing of another account', async () => {
      const [one, other] = [bench().store(), bench().store()];
      await bench().enqueue(one, [newMessage({ customImsId: 'same' })]);
      await bench().enqueue(other, [newMessage({ customImsId: 'same' })]);
      expect(await one.queue.claim(10, newAttempt())).toHaveLength(1);
      expect(await bench().stateOf(other, 'same')).toBe('QUEUED');
      expect(await other.queue.claimThese(['same'], newAttempt())).toHaveLength(1);
    });

    it('these and no others: due or not, held or not, as far as they are still queued', async () => {
      const store = bench().store();
      const [now, later, held, gone, notAsked] = newMessages(5);
      await bench().enqueue(store, [now!, later!, held!, gone!, notAsked!]);
      await bench().put(store, later!.customImsId, { due_at: FAR_FUTURE });
      await bench().put(store, held!.customImsId, { due_at: null });
      const theirs = newAttempt();
      await store.queue.claimThese([gone!.customImsId], theirs);
      const asked = [...idsOf([now!, later!, held!, gone!]), 'nobody'];
      expect(idsOf(await store.queue.claimThese(asked, newAttempt())).toSorted()).toEqual(
        idsOf([now!, later!, held!]).toSorted(),
      );
      expect(await store.finder.findOne(gone!.customImsId)).toMatchObject({ attempt: theirs.token, attempts: 1 });
      expect(await bench().stateOf(store, notAsked!.customImsId)).toBe('QUEUED');
      expect(await store.queue.claimThese(asked, newAttempt())).toEqual([]);
    });
  });
}
