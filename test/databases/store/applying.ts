import { describe, expect, it } from '@jest/globals';
import { IMS_MESSAGE_STATES, STATE_RANK } from '../../../libs/emay-ims/src/messages/message-state.js';
import { canMove } from '../../support/legal-steps.js';
import type { AppliedReport } from '../../../libs/emay-ims/src/messages/applied-report.js';
import { idsOf, newAttempt, newMessage, newMessages, type StoreBench } from './store-bench.js';

export const REPORTED = ['UNKNOWN', 'REJECTED', 'UNDELIVERABLE', 'DELIVERED'] as const;

/** In general, and for reports that name their message by our id. */
const WAYS = ['applyReports', 'applyNamedReports'] as const;

export function appliedReport(customImsId: string, given: Partial<AppliedReport> = {}): AppliedReport {
  return {
    customImsId,
    imsId: null,
    mobile: null,
    state: 'DELIVERED',
    reportState: 'DELIVRD',
    description: null,
    submitTime: null,
    receiveTime: null,
    ...given,
  };
}

export function itApplies(bench: () => StoreBench): void {
  describe('applies reports', () => {
    it.each(REPORTED)('that say %s to messages of every state: only ever upwards', async (to) => {
      const store = bench().store();
      for (const from of IMS_MESSAGE_STATES) await bench().inState(store, from, from, newAttempt().token);
      await bench().put(store, 'QUEUED', { attempts: 1, attempt: 'refused' });
      for (const never of ['CANCELLED', 'EXPIRED']) await bench().put(store, never, { attempts: 0 });
      const expected = Object.fromEntries(
        IMS_MESSAGE_STATES.map((from) => [from, STATE_RANK[to] > STATE_RANK[from] ? to : from]),
      );
      const applied = await store.results.applyReports(
        IMS_MESSAGE_STATES.map((id) => appliedReport(id, { state: to, reportState: 'NEW' })),
        bench().database,
      );
      expect(applied).toBe(IMS_MESSAGE_STATES.filter((from) => canMove(from, to)).length);
      for (const from of IMS_MESSAGE_STATES) {
        const message = await store.finder.findOne(from);
        expect(message?.state).toBe(expected[from]);
        expect(message?.reportState).toBe(canMove(from, to) ? 'NEW' : null);
      }
    });

    it.each(REPORTED)(
      'that say %s to what was withdrawn or expired after an attempt: it may have been sent',
      async (to) => {
        const store = bench().store();
        for (const state of ['CANCELLED', 'EXPIRED'] as const) {
          await bench().inState(store, state, state, newAttempt().token);
          await bench().put(store, state, { attempt: null, due_at: null, final_at: 77 });
          expect(
            await store.results.findReported({ customImsIds: [state], imsIds: [] }, bench().database),
          ).toMatchObject([{ state, attempts: 1 }]);
          const report = appliedReport(state, { state: to, reportState: 'NEW' });
          expect(await store.results.applyReports([report], bench().database)).toBe(1);
          expect(await store.finder.findOne(state)).toMatchObject({ state: to, reportState: 'NEW' });
          expect((await store.finder.findOne(state))?.finalAt).toEqual(to === 'UNKNOWN' ? null : expect.any(Date));
          expect(await store.results.applyReports([report], bench().database)).toBe(0);
        }
      },
    );

    it('that change no state only as the first words about the message', async () => {
      const store = bench().store();
      for (const from of IMS_MESSAGE_STATES) await bench().inState(store, from, from, newAttempt().token);
      await bench().put(store, 'QUEUED', { attempts: 0 });
      await bench().put(store, 'REJECTED', { report_state: 'FAIL_BLACK' });
      const submitTime = new Date('2023-07-31T06:36:00Z');
      const said = { state: 'UNKNOWN', description: '超时', submitTime } as const;
      const before = await Promise.all(IMS_MESSAGE_STATES.map((id) => bench().row(store, id)));
      for (const reportState of ['TIMEOUT', 'LATER']) {
        await store.results.noteReports(
          IMS_MESSAGE_STATES.map((id) => appliedReport(id, { ...said, reportState })),
          bench().database,
        );
      }
      const noted = {
        report_state: 'TIMEOUT',
        report_description: '超时',
        gateway_submit_time: submitTime.getTime(),
      };
      const after = await Promise.all(IMS_MESSAGE_STATES.map((id) => bench().row(store, id)));
      for (const [index, id] of IMS_MESSAGE_STATES.entries()) {
        const isNoted = ['UNKNOWN', 'CANCELLED', 'EXPIRED'].includes(id);
        const row = after[index]!;
        const time = row.gateway_submit_time;
        const found = { ...row, gateway_submit_time: time === null ? null : Number(time) };
        expect(found).toEqual({ ...before[index], ...(isNoted && noted) });
      }
    });

    it.each(WAYS)('with all they say: %s', async (way) => {
      const store = bench().store();
      const attempt = newAttempt();
      await store.queue.insertSubmitting([newMessage({ customImsId: 'one' })], attempt);
      const submitTime = new Date('2023-07-31T06:36:00Z');
      const receiveTime = new Date('2023-07-31T06:36:05Z');
      const said = { imsId: '20230731143600123456', description: '成功 🎉 \\ ?', submitTime, receiveTime };
      expect(await store.results[way]([appliedReport('one', said)], bench().database)).toBe(1);
      expect(await store.finder.findOne('one')).toMatchObject({
        state: 'DELIVERED',
        imsId: said.imsId,
        reportState: 'DELIVRD',
        reportDescription: said.description,
        gatewaySubmitTime: submitTime,
        gatewayReceiveTime: receiveTime,
        acceptedAt: expect.any(Date),
        finalAt: expect.any(Date),
        dueAt: null,
      });
    });

    it.each(WAYS)('without overwriting the id and the time that the answer brought: %s', async (way) => {
      const store = bench().store();
      await bench().inState(store, 'ACCEPTED', 'one', newAttempt().token);
      await bench().put(store, 'one', { ims_id: 'answered', accepted_at: 77 });
      await store.results[way]([appliedReport('one', { imsId: 'reported' })], bench().database);
      expect(await store.finder.findOne('one')).toMatchObject({ imsId: 'answered', acceptedAt: new Date(77) });
    });

    it('UNKNOWN as not final: nothing is awaited, but a later report still counts', async () => {
      const store = bench().store();
      await bench().inState(store, 'ACCEPTED', 'one', newAttempt().token);
      await store.results.applyReports(
        [appliedReport('one', { state: 'UNKNOWN', reportState: 'TIMEOUT' })],
        bench().database,
      );
      expect(await store.finder.findOne('one')).toMatchObject({ state: 'UNKNOWN', finalAt: null, dueAt: null });
      await store.results.applyReports([appliedReport('one')], bench().database);
      expect(await store.finder.findOne('one')).toMatchObject({ state: 'DELIVERED', finalAt: expect.any(Date) });
    });

    it.each(WAYS)('twice without effect: %s', async (way) => {
      const store = bench().store();
      await bench().inState(store, 'ACCEPTED', 'one', newAttempt().token);
      expect(await store.results[way]([appliedReport('one')], bench().database)).toBe(1);
      const before = await bench().row(store, 'one');
      expect(await store.results[way]([appliedReport('one', { imsId: 'x' })], bench().database)).toBe(0);
      expect(await bench().row(store, 'one')).toEqual(before);
    });

    it('to no message of another account, and to nobody without complaint', async () => {
      const [one, other] = [bench().store(), bench().store()];
      for (const store of [one, other]) await bench().inState(store, 'ACCEPTED', 'same', newAttempt().token);
      expect(await one.results.applyReports([appliedReport('same'), appliedReport('nobody')], bench().database)).toBe(
        1,
      );
      expect(await bench().stateOf(other, 'same')).toBe('ACCEPTED');
      expect(await one.results.applyReports([], bench().database)).toBe(0);
    });

    it('named by our id: only to messages that wait for a report and went to the number that is told', async () => {
      const store = bench().store();
      for (const from of IMS_MESSAGE_STATES) await bench().inState(store, from, from, newAttempt().token);
      await bench().put(store, 'QUEUED', { attempts: 1, attempt: 'refused' });
      for (const id of ['to another', 'to nobody told'])
        await bench().inState(store, 'ACCEPTED', id, newAttempt().token);
      const mobileOf = async (id: string) => (await store.finder.findOne(id))!.mobile;
      const reports = await Promise.all(
        IMS_MESSAGE_STATES.map(async (id) => appliedReport(id, { mobile: await mobileOf(id) })),
      );
      const moved = await store.results.applyNamedReports(
        [
          ...reports,
          appliedReport('to another', { mobile: '+4470000000000' }),
          appliedReport('to nobody told'),
          appliedReport('nobody'),
        ],
        bench().database,
      );
      // A report of what is UNKNOWN is a late one, which `applyReports` applies.
      const delivered = ['ACCEPTED', 'QUEUED', 'SUBMITTING', 'UNCONFIRMED'];
      expect(moved).toBe(delivered.length + 1);
      for (const id of IMS_MESSAGE_STATES) {
        expect(await bench().stateOf(store, id)).toBe(delivered.includes(id) ? 'DELIVERED' : id);
      }
      expect(await bench().stateOf(store, 'to another')).toBe('ACCEPTED');
      expect(await bench().stateOf(store, 'to nobody told')).toBe('DELIVERED');
    });

    it.each(WAYS)('to no message that has never been handed over: %s', async (way) => {
      const store = bench().store();
      for (const state of ['QUEUED', 'UNCONFIRMED'] as const) {
        await bench().inState(store, state, state, newAttempt().token);
        await bench().put(store, state, { attempts: 0 });
      }
      const reports = ['QUEUED', 'UNCONFIRMED'].map((id) => appliedReport(id));
      expect(await store.results[way](reports, bench().database)).toBe(0);
      expect(await store.finder.stats()).toMatchObject({ QUEUED: 1, UNCONFIRMED: 1 });
    });

    it('doubts a message that has never been handed over, and only such', async () => {
      const store = bench().store();
      for (const state of IMS_MESSAGE_STATES) await bench().inState(store, state, state, newAttempt().token);
      await bench().inState(store, 'QUEUED', 'tried', newAttempt().token);
      await bench().put(store, 'tried', { attempts: 1 });
      const reports = [...IMS_MESSAGE_STATES, 'tried', 'nobody'].map((id) => appliedReport(id, { imsId: 'ims' }));
      expect(await store.results.markUnconfirmed(reports, bench().database)).toBe(1);
      expect(await store.finder.findOne('QUEUED')).toMatchObject({
        state: 'UNCONFIRMED',
        code: 'REPORTED_UNSENT',
        imsId: 'ims',
        reportState: 'DELIVRD',
        acceptedAt: null,
        finalAt: null,
        dueAt: null,
      });
      expect(await bench().stateOf(store, 'tried')).toBe('QUEUED');
      expect(await store.queue.claim(10, newAttempt())).toMatchObject([{ customImsId: 'tried' }]);
    });

    it.each(WAYS)('500 at once: %s', async (way) => {
      const store = bench().store();
      const messages = newMessages(500);
      await store.queue.insertSubmitting(messages, newAttempt());
      const reports = idsOf(messages).map((id) => appliedReport(id, { description: '成功'.repeat(100) }));
      expect(await store.results[way](reports, bench().database)).toBe(500);
      expect(await store.finder.stats()).toMatchObject({ DELIVERED: 500 });
    });

    it('after finding whom they are about, by our id or by the gateway’s, in this account only', async () => {
      const [store, other] = [bench().store(), bench().store()];
      for (const each of [store, other]) {
        for (const id of ['a', 'b', 'c']) {
          await bench().inState(each, 'ACCEPTED', id, newAttempt().token);
          await bench().put(each, id, { ims_id: `ims-${id}`, mobile: each === store ? '+611' : '+622' });
        }
      }
      const long = 'x'.repeat(64);
      const found = await store.results.findReported(
        {
          customImsIds: ['a', 'nobody', long, 'A'],
          imsIds: [
            { ims_id: 'ims-b', mobile: '+611' },
            { ims_id: 'ims-c', mobile: '+622' },
            ...['ims-x', long, 'IMS-c'].map((ims_id) => ({ ims_id, mobile: '+611' })),
          ],
        },
        bench().database,
      );
      expect(found).toEqual([
        { customImsId: 'a', imsId: 'ims-a', mobile: '+611', state: 'ACCEPTED', attempts: 1 },
        { customImsId: 'b', imsId: 'ims-b', mobile: '+611', state: 'ACCEPTED', attempts: 1 },
      ]);
      expect(await store.results.findReported({ customImsIds: [], imsIds: [] }, bench().database)).toEqual([]);
    });
  });
}
