import { describe, expect, it } from '@jest/globals';
import {
  EmayImsConflictError,
  EmayImsRejectedError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
  ImsMessage,
} from 'nestjs-emay-ims';
import { MESSAGE, MOBILE, type Subject } from './subject.js';

const ACCEPTED = {
  account: 'default',
  ...MESSAGE,
  imsId: expect.stringMatching(/^\d{1,20}$/),
  state: 'ACCEPTED',
  code: 'SUCCESS',
  rawAnswer: null,
  priority: 0,
  sendAt: null,
  expiresAt: null,
  dueAt: expect.any(Date),
  attempt: expect.stringMatching(/^.{32}$/),
  attempts: 1,
  reportState: null,
  reportDescription: null,
  gatewaySubmitTime: null,
  gatewayReceiveTime: null,
  createdAt: expect.any(Date),
  submittedAt: expect.any(Date),
  acceptedAt: expect.any(Date),
  finalAt: null,
};

export function itSends(subject: () => Subject): void {
  describe('send', () => {
    it('resolves to the accepted message, and keeps it', async () => {
      const { ims } = subject();
      const sent = await ims.send({ ...MESSAGE, mobile: ' 0061 422-118-000 ' });
      expect({ ...sent }).toEqual(ACCEPTED);
      expect(sent).toBeInstanceOf(ImsMessage);
      expect(await ims.findOne('one')).toEqual(sent);
    });

    it('makes an id of 32 characters, and takes priority and a time that has come', async () => {
      const more = {
        customImsId: undefined,
        priority: 7,
        sendAt: new Date(0),
        expiresAt: new Date(Date.now() + 60_000),
      };
      const sent = await subject().ims.send({ ...MESSAGE, ...more });
      expect(sent).toMatchObject({ ...more, state: 'ACCEPTED', customImsId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    });

    it('hands out copies: whoever changes one changes nothing', async () => {
      const { ims } = subject();
      (await ims.send(MESSAGE)).state = 'DELIVERED';
      expect(await ims.findOne('one')).toMatchObject({ state: 'ACCEPTED' });
    });

    it.each([
      ['ERROR_MOBILE_ERROR', false, { state: 'REJECTED', code: 'ERROR_MOBILE_ERROR', finalAt: expect.any(Date) }],
      ['ERROR_BALANCE', true, { state: 'QUEUED', code: 'ERROR_BALANCE', dueAt: null }],
      ['ERROR_SIGN', true, { state: 'QUEUED', code: 'ERROR_SIGN', dueAt: null, finalAt: null }],
      ['ERROR_OVER_SPEED', true, { state: 'QUEUED', code: 'ERROR_OVER_SPEED', dueAt: null }],
    ])('refused with %s rejects (retryable: %s)', async (code, retryable, left) => {
      const { ims } = subject();
      subject().refuseNext(code);
      const refused = await ims.send(MESSAGE).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(EmayImsRejectedError);
      expect(refused).toMatchObject({ code, retryable, customImsId: 'one' });
      expect((refused as Error).message).toContain(`Message one was not accepted: gateway code ${code}. `);
      expect(await ims.findOne('one')).toMatchObject({ ...left, imsId: null, acceptedAt: null, attempts: 1 });
    });

    it('refused for good stays so: the same call again gets the same error', async () => {
      const { ims } = subject();
      subject().refuseNext('ERROR_MOBILE_ERROR');
      await expect(ims.send(MESSAGE)).rejects.toThrow(EmayImsRejectedError);
      await expect(ims.send(MESSAGE)).rejects.toMatchObject({ code: 'ERROR_MOBILE_ERROR', retryable: false });
    });

    it.each(['ERROR_SIGN', 'ERROR_OVER_SPEED'])(
      'refused with %s is sent by the same call, made again',
      async (code) => {
        const { ims } = subject();
        subject().refuseNext(code);
        await expect(ims.send(MESSAGE)).rejects.toThrow(EmayImsRejectedError);
        await subject().pauseOver();
        expect(await ims.send(MESSAGE)).toMatchObject({ state: 'ACCEPTED', attempts: 2 });
      },
    );

    it('out of reach is unsent, held for its caller, and sent by the same call made again', async () => {
      const { ims } = subject();
      subject().unreachable();
      const unsent = await ims.send(MESSAGE).catch((error: unknown) => error);
      expect(unsent).toBeInstanceOf(EmayImsUnsentError);
      expect(unsent).toMatchObject({
        code: 'EMAY_IMS_UNSENT',
        reason: 'ECONNREFUSED',
        retryable: true,
        customImsId: 'one',
      });
      expect(await ims.findOne('one')).toMatchObject({ state: 'QUEUED', code: 'ECONNREFUSED', dueAt: null });
      subject().reachable();
      await subject().pauseOver();
      expect(await ims.send(MESSAGE)).toMatchObject({ state: 'ACCEPTED', code: 'SUCCESS', attempts: 2 });
    });

    it('without a usable answer is unconfirmed, and never sent again', async () => {
      const { ims } = subject();
      subject().loseNextAnswer();
      const unconfirmed = await ims.send(MESSAGE).catch((error: unknown) => error);
      expect(unconfirmed).toBeInstanceOf(EmayImsUnconfirmedError);
      expect(unconfirmed).toMatchObject({ code: 'EMAY_IMS_UNCONFIRMED', reason: 'ECONNRESET', customImsId: 'one' });
      await expect(ims.send(MESSAGE)).rejects.toThrow(EmayImsUnconfirmedError);
      expect(await ims.findOne('one')).toMatchObject({ state: 'UNCONFIRMED', code: 'ECONNRESET', attempts: 1 });
    });

    it.each(['ERROR_PARAMS', 'ERROR_SMS_TIME'])(
      'answered with %s, which proves nothing, is unconfirmed',
      async (code) => {
        subject().refuseNext(code);
        await expect(subject().ims.send(MESSAGE)).rejects.toMatchObject({ code: 'EMAY_IMS_UNCONFIRMED', reason: code });
      },
    );

    it('is idempotent: the same recipient and text get the first message', async () => {
      const { ims } = subject();
      const first = await ims.send(MESSAGE);
      expect(await ims.send({ ...MESSAGE, mobile: '0061422118000', priority: 9 })).toEqual(first);
      expect((await ims.stats()).ACCEPTED).toBe(1);
    });

    it.each([{ content: 'Bye' }, { mobile: '+61422118001' }])(
      'with the id of another message conflicts: %j',
      async (more) => {
        const { ims } = subject();
        await ims.send(MESSAGE);
        const conflict = await ims.send({ ...MESSAGE, ...more }).catch((error: unknown) => error);
        expect(conflict).toBeInstanceOf(EmayImsConflictError);
        expect(conflict).toMatchObject({ code: 'EMAY_IMS_CONFLICT', customImsIds: ['one'] });
      },
    );

    it('two calls of one id at once send one message', async () => {
      const { ims } = subject();
      const both = await Promise.allSettled([ims.send(MESSAGE), ims.send({ ...MESSAGE, content: 'Bye' })]);
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect((await ims.stats()).ACCEPTED).toBe(1);
    });

    it.each([
      [
        { mobile: '12', content: ' ', customImsId: 'a b', priority: 10 },
        ['mobile', 'content', 'customImsId', 'priority'],
      ],
      [{ mobile: MOBILE, content: 'x'.repeat(501) }, ['content']],
      [{ ...MESSAGE, sendAt: new Date(2), expiresAt: new Date(1) }, ['expiresAt']],
      [{ ...MESSAGE, sendAt: new Date(8e12) }, ['sendAt']],
      [{ ...MESSAGE, expiresAt: new Date(1) }, ['expiresAt']],
    ])('refuses %j, and stores nothing', async (message, properties) => {
      const { ims } = subject();
      const refused = await ims.send(message).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(EmayImsValidationError);
      const { violations } = refused as EmayImsValidationError;
      expect(violations.map(({ property }) => property)).toEqual(properties);
      expect(violations.every(({ index }) => index === 0)).toBe(true);
      expect((await ims.find()).items).toEqual([]);
    });

    it('does not send what was cancelled', async () => {
      const { ims } = subject();
      await ims.enqueue([{ ...MESSAGE, sendAt: new Date(8e12) }]);
      await ims.cancel('one');
      await expect(ims.send(MESSAGE)).rejects.toThrow('is CANCELLED; use a new customImsId');
    });
  });
}
