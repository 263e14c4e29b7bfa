import { describe, expect, it } from '@jest/globals';
import type { EmayImsEvent } from 'nestjs-emay-ims';
import { eventually } from '../../support/eventually.js';
import { MESSAGE, MOBILE, type Subject } from './subject.js';

const AT = { account: 'default', occurredAt: expect.any(Date) };
const UNREPORTED = { reportState: null, reportDescription: null };
const ACCEPTED = {
  type: 'message.accepted',
  ...AT,
  customImsId: 'one',
  imsId: expect.stringMatching(/^\d{1,20}$/),
  mobile: MOBILE,
  state: 'ACCEPTED',
  code: 'SUCCESS',
  ...UNREPORTED,
};
const DELIVERED = {
  ...ACCEPTED,
  type: 'message.delivered',
  state: 'DELIVERED',
  reportState: 'DELIVRD',
  reportDescription: '成功',
};
const UNCONFIRMED = {
  ...ACCEPTED,
  type: 'message.unconfirmed',
  imsId: null,
  state: 'UNCONFIRMED',
  code: 'ECONNRESET',
};
const opened = (reason: string, refusesAccount: boolean) => ({
  type: 'account.circuit-opened',
  ...AT,
  circuit: 'sending',
  reason,
  refusesAccount,
});
const CLOSED = { type: 'account.circuit-closed', ...AT, circuit: 'sending' };
const DECISION = { decidedBy: 'an operator', reason: 'asked the recipient' };

export function itTellsEvents(subject: () => Subject): void {
  describe('events$', () => {
    /** What is told from now on. */
    const listen = (): EmayImsEvent[] => {
      const heard: EmayImsEvent[] = [];
      subject().ims.events$.subscribe((event) => heard.push(event));
      return heard;
    };
    /** What the background does is told a moment after it can be seen. */
    const told = (heard: EmayImsEvent[], count: number) =>
      eventually(
        () => heard,
        ({ length }) => length >= count,
      );
    const typesOf = (heard: EmayImsEvent[]) => heard.map(({ type }) => type);

    it('tells of a message that is accepted and delivered, and nothing twice', async () => {
      const { ims } = subject();
      const heard = listen();
      const { imsId } = await ims.send(MESSAGE);
      await ims.send(MESSAGE);
      expect(heard).toEqual([{ ...ACCEPTED, imsId }]);
      for (const word of ['DELIVRD', 'DELIVRD', 'FAIL_BALANCE']) await subject().report('one', word);
      expect(heard).toEqual([
        { ...ACCEPTED, imsId },
        { ...DELIVERED, imsId },
      ]);
    });

    it('tells of every step upwards that reports make', async () => {
      await subject().ims.send(MESSAGE);
      const heard = listen();
      for (const word of ['TIMEOUT', 'FAIL_BALANCE', 'FAIL_RESPONSE', 'DELIVRD']) await subject().report('one', word);
      expect(typesOf(heard)).toEqual([
        'message.unknown',
        'message.rejected',
        'message.undeliverable',
        'message.delivered',
      ]);
    });

    it('tells of a message that is refused', async () => {
      const heard = listen();
      subject().refuseNext('ERROR_MOBILE_ERROR');
      await expect(subject().ims.send(MESSAGE)).rejects.toThrow('ERROR_MOBILE_ERROR');
      const refused = { type: 'message.rejected', imsId: null, state: 'REJECTED', code: 'ERROR_MOBILE_ERROR' };
      expect(heard).toEqual([{ ...ACCEPTED, ...refused }]);
    });

    it('tells of a doubt, and how its report settles it', async () => {
      const heard = listen();
      subject().loseNextAnswer();
      await expect(subject().ims.send(MESSAGE)).rejects.toThrow('may or may not have been accepted');
      expect(heard).toEqual([opened('ECONNRESET', false), UNCONFIRMED]);
      await subject().report('one', 'DELIVRD');
      expect(heard.slice(2)).toEqual([{ ...DELIVERED, code: 'ECONNRESET' }]);
    });

    it('tells of a doubt that a person gives up, and not of a decision to send again', async () => {
      const { ims } = subject();
      for (const customImsId of ['one', 'two']) {
        subject().loseNextAnswer();
        await expect(ims.send({ ...MESSAGE, customImsId })).rejects.toThrow('may or may not have been accepted');
      }
      const heard = listen();
      await ims.resolveUnconfirmed('one', { decision: 'give-up', ...DECISION });
      expect(heard).toEqual([{ ...UNCONFIRMED, type: 'message.unknown', state: 'UNKNOWN', code: 'GIVEN_UP' }]);
      await ims.resolveUnconfirmed('two', { decision: 'resend', ...DECISION });
      expect(heard).toHaveLength(1);
    });

    it('tells of each message of a batch', async () => {
      const heard = listen();
      const mobile = subject().refusedNumber('ERROR_MOBILE_ERROR');
      const messages = [MESSAGE, { ...MESSAGE, mobile, customImsId: 'two' }];
      await subject().ims.sendPersonalized({ messages });
      expect(
        heard.map((event) => `${event.type} ${'customImsId' in event ? event.customImsId : ''}`).toSorted(),
      ).toEqual(['message.accepted one', 'message.rejected two']);
    });

    it('tells of what was enqueued when it is handed over, and never of what was cancelled', async () => {
      const { ims } = subject();
      const heard = listen();
      await ims.enqueue([{ ...MESSAGE, customImsId: 'two', sendAt: new Date(8e12) }]);
      await ims.cancel('two');
      expect(heard).toEqual([]);
      await ims.enqueue([MESSAGE]);
      await subject().background('one', ({ state }) => state === 'ACCEPTED');
      expect(await told(heard, 1)).toEqual([ACCEPTED]);
    });

    it('tells when the gateway gets out of reach and when it is back, once each', async () => {
      const { ims } = subject();
      const heard = listen();
      subject().unreachable();
      for (let time = 0; time < 2; time++) await expect(ims.send(MESSAGE)).rejects.toThrow('(ECONNREFUSED)');
      expect(heard).toEqual([opened('ECONNREFUSED', false)]);
      subject().reachable();
      await subject().pauseOver();
      await ims.send(MESSAGE);
      expect(heard.slice(1)).toEqual([CLOSED, ACCEPTED]);
    });

    it('tells that the account is refused', async () => {
      const heard = listen();
      subject().refuseNext('ERROR_SIGN');
      await expect(subject().ims.send(MESSAGE)).rejects.toThrow('ERROR_SIGN');
      expect(heard).toEqual([opened('ERROR_SIGN', true)]);
    });
  });
}
