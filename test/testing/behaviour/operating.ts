import { describe, expect, it } from '@jest/globals';
import { EmayImsConflictError, EmayImsOptionsError, EmayImsValidationError } from 'nestjs-emay-ims';
import { MESSAGE, type Subject } from './subject.js';

const LATER = new Date(8e12);
const DECISION = { decidedBy: 'an operator', reason: 'asked the recipient' };

export function itIsOperated(subject: () => Subject): void {
  async function doubtful() {
    subject().loseNextAnswer();
    await expect(subject().ims.send(MESSAGE)).rejects.toThrow('may or may not have been accepted');
    return subject().ims;
  }

  describe('resolveUnconfirmed', () => {
    it('gives up: the message is UNKNOWN, and the decision is kept', async () => {
      const ims = await doubtful();
      expect(await ims.resolveUnconfirmed('one', { decision: 'give-up', ...DECISION })).toMatchObject({
        state: 'UNKNOWN',
        code: 'GIVEN_UP',
        dueAt: null,
        finalAt: null,
      });
      expect((await ims.resolutions('one')).map((kept) => ({ ...kept }))).toEqual([
        {
          id: expect.stringMatching(/^.{32}$/), account: 'default', customImsId: 'one', decision: 'give-up', ...DECISION,
          decidedAt: expect.any(Date), auditId: null,
        },
      ]); // prettier-ignore
      expect(await ims.resolutions('two')).toEqual([]);
    });

    it('sends again, once the pause is over', async () => {
      const ims = await doubtful();
      await ims.resolveUnconfirmed('one', { decision: 'resend', ...DECISION });
      const sent = await subject().background('one', ({ state }) => state === 'ACCEPTED');
      expect(sent).toMatchObject({ attempts: 2, code: 'SUCCESS' });
    });

    it('takes one decision about a doubt, and none where there is no doubt', async () => {
      const ims = await doubtful();
      await ims.resolveUnconfirmed('one', { decision: 'give-up', ...DECISION });
      for (const id of ['one', 'nobody']) {
        const late = ims.resolveUnconfirmed(id, { decision: 'resend', ...DECISION });
        await expect(late).rejects.toThrow(EmayImsConflictError);
      }
      expect(await ims.resolutions('one')).toHaveLength(1);
    });

    it('takes no decision about an attempt that is not the last one any more', async () => {
      const ims = await doubtful();
      const decide = (attempts: number) =>
        ims.resolveUnconfirmed('one', { decision: 'give-up', ...DECISION, attempts });
      await expect(decide(2)).rejects.toThrow(EmayImsConflictError);
      expect(await decide(1)).toMatchObject({ state: 'UNKNOWN' });
    });

    it('refuses a decision that is not complete', async () => {
      const ims = await doubtful();
      const incomplete = ims.resolveUnconfirmed('one', { decision: 'wait', decidedBy: '', reason: 'x' } as never);
      await expect(incomplete).rejects.toThrow(EmayImsValidationError);
      await expect(incomplete).rejects.toMatchObject({
        violations: [{ property: 'decision' }, { property: 'decidedBy' }],
      });
    });
  });

  describe('purge', () => {
    it('deletes what is over, and nothing that is not', async () => {
      const ims = await doubtful();
      await subject().pauseOver();
      for (const customImsId of ['delivered', 'unknown', 'accepted']) await ims.send({ ...MESSAGE, customImsId });
      await subject().report('delivered', 'DELIVRD');
      await subject().report('unknown', 'TIMEOUT');
      await ims.enqueue(['queued', 'cancelled'].map((customImsId) => ({ ...MESSAGE, customImsId, sendAt: LATER })));
      await ims.cancel('cancelled');
      expect(await ims.purge({ olderThanDays: 1 })).toMatchObject({ messages: 0 });
      expect(await ims.purge({ olderThanDays: 0 })).toMatchObject({ messages: 2, orphanedReports: 0 });
      const { items } = await ims.find();
      expect(items.map(({ customImsId }) => customImsId).toSorted()).toEqual(['accepted', 'one', 'queued', 'unknown']);
    });

    it.each([-1, Number.NaN, 1e9])('refuses %d days', async (olderThanDays) => {
      await expect(subject().ims.purge({ olderThanDays })).rejects.toThrow(EmayImsOptionsError);
    });
  });

  describe('status', () => {
    it('counts doubts', async () => {
      const ims = await doubtful();
      await ims.enqueue([{ ...MESSAGE, customImsId: 'later', sendAt: LATER }]);
      expect(await ims.status()).toMatchObject({
        account: 'default', circuitOpenFor: 'ECONNRESET', oldestDueAt: null, oldestDueForMs: null, unconfirmed: 1,
        possibleLosses: 0, unreadablePages: 0, orphanedReports: 0, quarantinedReports: 0, pendingEvents: 0, failedEvents: 0,
      }); // prettier-ignore
    });

    it('has the pulse in it, which can be had alone', async () => {
      const ims = await doubtful();
      await ims.enqueue([{ ...MESSAGE, customImsId: 'later', sendAt: LATER }]);
      const pulse = await ims.pulse();
      expect(pulse).toMatchObject({
        account: 'default',
        circuitOpenFor: 'ECONNRESET',
        oldestDueAt: null,
        polls: false,
      });
      expect(await ims.status()).toMatchObject(pulse);
      expect(pulse).not.toHaveProperty('unconfirmed');
    });

    it('tells of no failed event where there is none to be tried anew', async () => {
      expect(await subject().ims.retryFailedEvents()).toBe(0);
    });

    it('tells why nothing is handed over', async () => {
      const { ims } = subject();
      subject().unreachable();
      await ims.enqueue([MESSAGE]);
      await subject().background('one', ({ code }) => code === 'ECONNREFUSED');
      expect((await ims.status()).circuitOpenFor).toBe('ECONNREFUSED');
    });
  });
}
