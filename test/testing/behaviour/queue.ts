import { describe, expect, it } from '@jest/globals';
import { EmayImsConflictError, EmayImsUnsentError, EmayImsValidationError, type SendImsDto } from 'nestjs-emay-ims';
import { idsOf, MESSAGE, messages, type Subject } from './subject.js';

const LATER = new Date(8e12);
const isAccepted = ({ state }: { state: string }) => state === 'ACCEPTED';

export function itQueues(subject: () => Subject): void {
  describe('enqueue', () => {
    it('stores in the order given; the background hands over', async () => {
      const { ims } = subject();
      const stored = await ims.enqueue(messages(3, { priority: 2 }));
      expect(idsOf(stored)).toEqual(['id-0', 'id-1', 'id-2']);
      expect(stored[0]).toMatchObject({
        account: 'default', state: 'QUEUED', priority: 2, attempts: 0, attempt: null, submittedAt: null, code: null,
        dueAt: stored[0]!.createdAt,
      }); // prettier-ignore
      expect(await subject().background('id-2', isAccepted)).toMatchObject({ code: 'SUCCESS', attempts: 1 });
    });

    it('keeps what is for later, and what has expired, from being handed over', async () => {
      const { ims } = subject();
      await ims.enqueue([
        { ...MESSAGE, customImsId: 'later', sendAt: LATER },
        { ...MESSAGE, customImsId: 'expired', expiresAt: new Date(1) },
        { ...MESSAGE, customImsId: 'now' },
      ]);
      await subject().background('now', isAccepted);
      expect(await ims.findOne('later')).toMatchObject({ state: 'QUEUED', sendAt: LATER, dueAt: LATER });
      expect(await ims.findOne('expired')).toMatchObject({ acceptedAt: null, submittedAt: null });
    });

    it('tries again what was out of reach', async () => {
      const { ims } = subject();
      subject().unreachable();
      await ims.enqueue([MESSAGE]);
      await subject().background('one', ({ code }) => code === 'ECONNREFUSED');
      subject().reachable();
      const accepted = await subject().background('one', isAccepted);
      expect(accepted.attempts).toBeGreaterThan(1);
    });

    it('ends a refused message as REJECTED, and leaves a doubtful one UNCONFIRMED', async () => {
      const { ims } = subject();
      const mobile = subject().refusedNumber('ERROR_MOBILE_ERROR');
      await ims.enqueue([{ ...MESSAGE, mobile }]);
      expect(await subject().background('one', ({ state }) => state === 'REJECTED')).toMatchObject({
        code: 'ERROR_MOBILE_ERROR',
        finalAt: expect.any(Date),
      });
      subject().loseNextAnswer();
      await ims.enqueue([{ ...MESSAGE, customImsId: 'two' }]);
      await subject().background('two', ({ state }) => state === 'UNCONFIRMED');
    });

    it('is idempotent, and hands over what a failed send left behind', async () => {
      const { ims } = subject();
      subject().unreachable();
      await expect(ims.send(MESSAGE)).rejects.toThrow(EmayImsUnsentError);
      subject().reachable();
      await subject().pauseOver();
      expect(idsOf(await ims.enqueue([MESSAGE]))).toEqual(['one']);
      const accepted = await subject().background('one', isAccepted);
      expect((await ims.enqueue([MESSAGE]))[0]).toEqual(accepted);
    });

    it('with an id of another message stores nothing', async () => {
      const { ims } = subject();
      await ims.enqueue([{ ...MESSAGE, sendAt: LATER }]);
      const conflict = ims.enqueue([
        { ...MESSAGE, customImsId: 'two' },
        { ...MESSAGE, content: 'Bye' },
      ]);
      await expect(conflict).rejects.toMatchObject({ customImsIds: ['one'] });
      await expect(conflict).rejects.toThrow(EmayImsConflictError);
      expect(await ims.findOne('two')).toBeNull();
    });

    it('lists every violation and stores nothing, or leaves them out', async () => {
      const { ims } = subject();
      const wrong = [
        { ...MESSAGE, content: '' },
        { ...MESSAGE, customImsId: 'two', sendAt: LATER },
      ];
      await expect(ims.enqueue(wrong)).rejects.toThrow(EmayImsValidationError);
      await expect(ims.enqueue('no list' as never)).rejects.toThrow('must be a list of messages');
      expect((await ims.find()).items).toEqual([]);
      expect(idsOf(await ims.enqueue(wrong, { onInvalid: 'skip' }))).toEqual(['two']);
      expect(await ims.enqueue([])).toEqual([]);
    });
  });

  describe('enqueueStream', () => {
    it('stores chunk by chunk and tells how far it is', async () => {
      const { ims } = subject();
      const received: number[] = [];
      async function* source(): AsyncGenerator<SendImsDto> {
        yield* messages(1_001, { sendAt: LATER });
      }
      const summary = await ims.enqueueStream(source(), { onProgress: (progress) => received.push(progress.received) });
      expect(summary).toEqual({ received: 1_001, stored: 1_001, invalid: 0, violations: [] });
      expect(received).toEqual([1_000, 1_001]);
      expect((await ims.stats()).QUEUED).toBe(1_001);
    });

    it('throws at the chunk with a violation, or leaves that out', async () => {
      const { ims } = subject();
      const source = [...messages(2, { sendAt: LATER }), { mobile: '1', content: 'Hello' }];
      await expect(ims.enqueueStream(source)).rejects.toMatchObject({ violations: [{ index: 2, property: 'mobile' }] });
      expect((await ims.stats()).QUEUED).toBe(0);
      expect(await ims.enqueueStream(source, { onInvalid: 'skip' })).toMatchObject({
        received: 3,
        stored: 2,
        invalid: 1,
      });
    });

    it('takes the recipients of a batch', async () => {
      const { ims } = subject();
      const recipients = messages(2).map(({ mobile }) => ({ mobile }));
      await ims.enqueueStream(ims.expandBatch({ content: 'Hello', recipients, sendAt: LATER }));
      const { items } = await ims.find({ state: 'QUEUED' });
      expect(items.map(({ mobile }) => mobile).toSorted()).toEqual(['+61422118001', '+61422118002']);
    });
  });

  describe('cancel', () => {
    it('withdraws what is queued, once, and nothing else', async () => {
      const { ims } = subject();
      await ims.enqueue([{ ...MESSAGE, sendAt: LATER }]);
      expect(await ims.cancel('one')).toBe(true);
      expect(await ims.cancel('one')).toBe(false);
      expect(await ims.cancel('nobody')).toBe(false);
      expect(await ims.findOne('one')).toMatchObject({ state: 'CANCELLED', dueAt: null, finalAt: expect.any(Date) });
      await ims.send({ ...MESSAGE, customImsId: 'two' });
      expect(await ims.cancel('two')).toBe(false);
    });
  });
}
