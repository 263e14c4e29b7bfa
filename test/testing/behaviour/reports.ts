import { describe, expect, it } from '@jest/globals';
import { MESSAGE, type Subject } from './subject.js';

const isAccepted = ({ state }: { state: string }) => state === 'ACCEPTED';

export function itTakesReports(subject: () => Subject): void {
  describe('a delivery report', () => {
    it.each([
      ['DELIVRD', 'DELIVERED'],
      ['FAIL_RESPONSE', 'UNDELIVERABLE'],
      ['FAIL_UNKNOW', 'UNDELIVERABLE'],
      ['FAIL_BALANCE', 'REJECTED'],
      ['FAIL_BLACK_DICT', 'REJECTED'],
      ['TIMEOUT', 'UNKNOWN'],
      ['FAIL_INTERCEPT', 'REJECTED'],
      ['FAIL_SEND_FILTER', 'REJECTED'],
      ['fail_sign', 'REJECTED'],
      ['FAIL_NEW', 'UNKNOWN'],
    ])('of %s makes an accepted message %s', async (word, state) => {
      const { ims } = subject();
      const sent = await ims.send(MESSAGE);
      await subject().report('one', word);
      const reported = await ims.findOne('one');
      expect({ ...reported }).toEqual({
        ...sent,
        state,
        reportState: word,
        reportDescription: reported!.reportDescription,
        gatewaySubmitTime: expect.any(Date),
        gatewayReceiveTime: expect.any(Date),
        dueAt: null,
        finalAt: state === 'UNKNOWN' ? null : expect.any(Date),
      });
      expect(reported!.gatewayReceiveTime!.getTime() % 1_000).toBe(0);
    });

    it('tells its state in the words of the gateway', async () => {
      const { ims } = subject();
      await ims.send(MESSAGE);
      await subject().report('one', 'DELIVRD');
      expect(await ims.findOne('one')).toMatchObject({ reportDescription: '成功' });
    });

    it('raises the state and never lowers it', async () => {
      const { ims } = subject();
      await ims.send(MESSAGE);
      const states: (string | undefined)[] = [];
      for (const word of ['TIMEOUT', 'FAIL_BALANCE', 'FAIL_RESPONSE', 'DELIVRD', 'FAIL_RESPONSE', 'TIMEOUT']) {
        await subject().report('one', word);
        states.push((await ims.findOne('one'))?.state);
      }
      expect(states).toEqual(['UNKNOWN', 'REJECTED', 'UNDELIVERABLE', 'DELIVERED', 'DELIVERED', 'DELIVERED']);
    });

    it('settles a doubt: the same call then gets the message', async () => {
      const { ims } = subject();
      subject().loseNextAnswer();
      await expect(ims.send(MESSAGE)).rejects.toThrow('may or may not have been accepted');
      await subject().report('one', 'DELIVRD');
      expect(await ims.send(MESSAGE)).toMatchObject({ state: 'DELIVERED', acceptedAt: expect.any(Date) });
    });

    it('that refuses an accepted message leaves it accepted for the batch that is sent again', async () => {
      const { ims } = subject();
      await ims.send(MESSAGE);
      await subject().report('one', 'FAIL_BALANCE');
      expect(await ims.send(MESSAGE)).toMatchObject({ state: 'REJECTED' });
      expect((await ims.sendPersonalized({ messages: [MESSAGE] })).accepted).toHaveLength(1);
    });

    it('comes for what was enqueued', async () => {
      const { ims } = subject();
      await ims.enqueue([MESSAGE]);
      await subject().background('one', isAccepted);
      await subject().report('one', 'DELIVRD');
      expect(await ims.findOne('one')).toMatchObject({ state: 'DELIVERED' });
    });

    it('that does not wait is not pulled', async () => {
      expect(await subject().ims.pullReports()).toEqual({
        pages: 1, reports: 0, applied: 0, orphaned: 0, quarantined: 0, conflicts: 0, lost: 0, stoppedBy: null,
      }); // prettier-ignore
    });
  });
}
