import { describe, expect, it } from '@jest/globals';
import { EmayImsConflictError, EmayImsValidationError, type ImsBatchResult } from 'nestjs-emay-ims';
import { idsOf, MESSAGE, messages, type Subject } from './subject.js';

/** The ids in each list. */
function listed({ accepted, rejected, unconfirmed, queued }: ImsBatchResult) {
  return {
    accepted: idsOf(accepted),
    rejected: idsOf(rejected),
    unconfirmed: idsOf(unconfirmed),
    queued: idsOf(queued),
  };
}

const NONE = { accepted: [], rejected: [], unconfirmed: [], queued: [] };

export function itSendsBatches(subject: () => Subject): void {
  describe('a batch', () => {
    const batch = () => ({
      content: 'Hello',
      recipients: messages(3).map(({ mobile, customImsId }) => ({ mobile, customImsId })),
    });
    const personalized = () => ({ messages: messages(3).map((one, index) => ({ ...one, content: `Hello ${index}` })) });
    const ids = ['id-0', 'id-1', 'id-2'];

    it('of one text is accepted, each message under its own id', async () => {
      const { ims } = subject();
      const result = await ims.sendBatch({ ...batch(), priority: 5 });
      expect(listed(result)).toEqual({ ...NONE, accepted: ids });
      expect(result.violations).toEqual([]);
      expect(new Set(result.accepted.map(({ imsId }) => imsId)).size).toBe(3);
      expect(await ims.findOne('id-1')).toMatchObject({ content: 'Hello', priority: 5, mobile: '+61422118002' });
    });

    it('of own texts is accepted', async () => {
      const result = await subject().ims.sendPersonalized(personalized());
      expect(result.accepted.map(({ content }) => content)).toEqual(['Hello 0', 'Hello 1', 'Hello 2']);
    });

    it('with the same number twice is accepted in order', async () => {
      const twice = [MESSAGE, { ...MESSAGE, customImsId: 'two', content: 'Again' }];
      expect(listed(await subject().ims.sendPersonalized({ messages: twice }))).toEqual({
        ...NONE,
        accepted: ['one', 'two'],
      });
    });

    it('loses the refused message alone', async () => {
      const { recipients } = batch();
      recipients[1]!.mobile = subject().refusedNumber('ERROR_MOBILE_ERROR');
      const result = await subject().ims.sendBatch({ content: 'Hello', recipients });
      expect(listed(result)).toEqual({ ...NONE, accepted: ['id-0', 'id-2'], rejected: ['id-1'] });
      expect(result.rejected[0]).toMatchObject({ state: 'REJECTED', code: 'ERROR_MOBILE_ERROR', acceptedAt: null });
    });

    it('is refused as a whole for the text that its messages share', async () => {
      subject().refuseNext('ERROR_LONG_CONTENT');
      expect(listed(await subject().ims.sendBatch(batch()))).toEqual({ ...NONE, rejected: ids });
    });

    it('waits in the queue while the account is refused', async () => {
      subject().refuseNext('ERROR_SIGN');
      const result = await subject().ims.sendBatch(batch());
      expect(listed(result)).toEqual({ ...NONE, queued: ids });
      expect(await subject().background('id-0', ({ state }) => state === 'ACCEPTED')).toMatchObject({ attempts: 2 });
    });

    it('waits in the queue while the gateway is out of reach', async () => {
      subject().unreachable();
      const result = await subject().ims.sendPersonalized(personalized());
      expect(listed(result)).toEqual({ ...NONE, queued: ids });
      expect(await subject().background('id-2', ({ code }) => code === 'ECONNREFUSED')).toMatchObject({
        state: 'QUEUED',
      });
    });

    it('is unconfirmed where its answer was lost', async () => {
      subject().loseNextAnswer();
      const result = await subject().ims.sendBatch(batch());
      expect(listed(result)).toEqual({ ...NONE, unconfirmed: ids });
      expect(result.unconfirmed[0]).toMatchObject({ state: 'UNCONFIRMED', code: 'ECONNRESET' });
    });

    it('sent again gets the first messages; with one more, that one is sent', async () => {
      const { ims } = subject();
      await ims.sendPersonalized({ messages: messages(2) });
      expect(listed(await ims.sendPersonalized({ messages: messages(3) }))).toEqual({ ...NONE, accepted: ids });
      expect((await ims.stats()).ACCEPTED).toBe(3);
    });

    it('with an id of another message conflicts, and nothing of it is sent', async () => {
      const { ims } = subject();
      await ims.send(messages(1)[0]!);
      const conflict = await ims.sendBatch({ ...batch(), content: 'Bye' }).catch((error: unknown) => error);
      expect(conflict).toBeInstanceOf(EmayImsConflictError);
      expect(conflict).toMatchObject({ customImsIds: ['id-0'] });
      expect((await ims.stats()).ACCEPTED).toBe(1);
    });

    it('for later is queued', async () => {
      const result = await subject().ims.sendBatch({ ...batch(), sendAt: new Date(8e12) });
      expect(listed(result)).toEqual({ ...NONE, queued: ids });
    });

    it('lists every violation by index and sends nothing, or leaves them out', async () => {
      const { ims } = subject();
      const { recipients } = batch();
      recipients[0]!.mobile = 'nobody';
      recipients[2]!.customImsId = 'id-1';
      const violations = [
        { index: 0, property: 'mobile', message: expect.any(String) },
        { index: 2, property: 'customImsId', message: 'must not be used twice in one call' },
      ];
      const refused = await ims.sendBatch({ content: 'Hello', recipients }).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(EmayImsValidationError);
      expect(refused).toMatchObject({ violations });
      expect((await ims.find()).items).toEqual([]);
      const skipped = await ims.sendBatch({ content: 'Hello', recipients }, { onInvalid: 'skip' });
      expect(listed(skipped)).toEqual({ ...NONE, accepted: ['id-1'] });
      expect(skipped.violations).toEqual(violations);
    });

    it.each([[], undefined, {}])('of %j is refused', async (recipients) => {
      const empty = { content: 'Hello', recipients: recipients as never };
      await expect(subject().ims.sendBatch(empty)).rejects.toMatchObject({
        violations: [{ index: -1, property: 'recipients', message: 'must be a list with at least one entry' }],
      });
    });

    it('of more than a request takes is accepted in order', async () => {
      const many = messages(301);
      const result = await subject().ims.sendPersonalized({ messages: many });
      expect(listed(result)).toEqual({ ...NONE, accepted: many.map(({ customImsId }) => customImsId) });
    });
  });
}
