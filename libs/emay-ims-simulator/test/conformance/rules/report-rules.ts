import assert from 'node:assert/strict';
import { type Fields, type GatewayUnderTest, objectOf, shanghaiTime } from '../gateway-under-test.js';
import type { Rule } from '../rule.js';
import { BAD_NUMBER, mustAnswer, sendBatch, TEXT } from './asking.js';

/** §4, with the text that `desc` gives for each. */
const STATES: ReadonlyMap<unknown, string> = new Map([
  ['DELIVRD', '成功'],
  ['TIMEOUT', '运营商状态报告超时'],
  ['FAIL_BALANCE', '余额不足'],
  ['FAIL_MOBILE', '手机号错误'],
  ['FAIL_MOBILE_SUPPORT', '手机号不支持'],
  ['FAIL_MOBILE_REPEAT', '手机号重复'],
  ['FAIL_BLACK_DICT', '黑字典失败'],
  ['FAIL_RESPONSE', '运营商响应失败'],
  ['FAIL_UNKNOW', '未知失败'],
]);

/** More than this and the two clocks differ so much that timestamps would be refused. */
const CLOCK_DRIFT_MS = 600_000;

async function sendOne(gateway: GatewayUnderTest): Promise<{ sent: Fields; report: Fields; sentAt: number }> {
  const sentAt = Date.now();
  const fields = { mobile: gateway.mobile(), content: TEXT, customImsId: gateway.freshId() };
  const sent = objectOf(await gateway.data('sendSingleIMS', fields));
  return { sent, report: await gateway.reportOf(sent.imsId), sentAt };
}

/** Queues so many reports that the gateway makes itself, with one real message for each 300. */
async function queueFailures(gateway: GatewayUnderTest, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 299) {
    const bad = Array.from({ length: Math.min(299, left) }, () => ({ mobile: BAD_NUMBER }));
    await sendBatch(gateway, 'sendBatchIMS', [{ mobile: gateway.mobile() }, ...bad]);
  }
  await gateway.settle();
}

async function drain(gateway: GatewayUnderTest): Promise<void> {
  const seen = new Set<unknown>();
  for (;;) {
    const reports = await gateway.pull();
    if (reports.length === 0) return;
    const { imsId } = objectOf(reports[0]);
    assert(!seen.has(imsId), `pulling does not empty the queue: ${String(imsId)} heads it again`);
    seen.add(imsId);
  }
}

/** §2.4. Reports that are pulled here are gone for any other consumer of the account. */
export const REPORT_RULES: readonly Rule[] = [
  {
    known: 'doc',
    section: '2.4.2.1',
    says: 'a report has mobile, state, receiveTime and submitTime, the times as yyyy-MM-dd HH:mm:ss',
    needs: 'sending',
    async check(gateway) {
      const { sent, report } = await sendOne(gateway);
      assert.equal(report.mobile, sent.mobile);
      assert.equal(typeof report.state, 'string');
      assert.match(String(report.receiveTime), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      assert.match(String(report.submitTime), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    },
  },
  {
    known: 'doc',
    section: '2.4.2.2',
    says: 'a report names its message by the imsId and the customImsId of the send, as texts',
    needs: 'sending',
    async check(gateway) {
      const { sent, report } = await sendOne(gateway);
      assert.equal(typeof report.imsId, 'string');
      assert.equal(report.imsId, sent.imsId);
      assert.equal(report.customImsId, sent.customImsId);
    },
  },
  {
    known: 'doc',
    section: '4',
    says: 'a report has one of the nine states',
    needs: 'sending',
    async check(gateway) {
      const { report } = await sendOne(gateway);
      assert(STATES.has(report.state), `the state is ${JSON.stringify(report.state)}`);
    },
  },
  {
    known: 'seen',
    says: "desc is the state's own text",
    needs: 'sending',
    async check(gateway) {
      const mobile = gateway.mobile();
      for (const { imsId } of await sendBatch(gateway, 'sendBatchIMS', [
        { mobile },
        { mobile },
        { mobile: BAD_NUMBER },
      ])) {
        const { state, desc } = await gateway.reportOf(imsId);
        assert.equal(desc, STATES.get(state) ?? 'a text that this list has not');
      }
    },
  },
  {
    known: 'assumed',
    says: "a report's times are Shanghai's, and it was not received before it was submitted",
    needs: 'sending',
    async check(gateway) {
      const { report, sentAt } = await sendOne(gateway);
      const submitted = shanghaiTime(String(report.submitTime));
      const received = shanghaiTime(String(report.receiveTime));
      assert(Math.abs(submitted - sentAt) < CLOCK_DRIFT_MS, `submitted ${submitted - sentAt} ms after it was sent`);
      assert(received >= submitted, `received ${submitted - received} ms before it was submitted`);
    },
  },
  {
    known: 'seen',
    says: 'data is an empty array when nothing waits',
    needs: 'sending',
    async check(gateway) {
      await sendOne(gateway);
      await drain(gateway);
      assert.deepEqual(await gateway.data('getIMSReport', {}), []);
    },
  },
  {
    known: 'seen',
    says: 'a report that was handed out does not come again',
    needs: 'sending',
    async check(gateway) {
      const { sent } = await sendOne(gateway);
      for (let pull = 0; pull < 3; pull++) {
        const again = (await gateway.pull()).some(({ imsId }) => imsId === sent.imsId);
        assert.equal(again, false, 'the report came twice');
      }
    },
  },
  {
    known: 'doc',
    section: '2.4.1.2',
    says: 'number is the most that one call gives',
    needs: 'sending',
    async check(gateway) {
      await drain(gateway);
      await queueFailures(gateway, 3);
      assert.equal((await gateway.pull({ number: 2 })).length, 2);
    },
  },
  {
    known: 'doc',
    section: '2.4.1.2',
    says: 'without a number it is 500',
    needs: 'sending',
    async check(gateway) {
      await drain(gateway);
      await queueFailures(gateway, 550);
      assert.equal((await gateway.pull()).length, 500);
    },
  },
  {
    known: 'seen',
    says: 'a number of 0, below it or above 500 is 500',
    needs: 'sending',
    async check(gateway) {
      for (const number of [0, -1, 501]) {
        await drain(gateway);
        await queueFailures(gateway, 550);
        assert.equal((await gateway.pull({ number })).length, 500, `number ${number}`);
      }
    },
  },
  {
    known: 'assumed',
    says: 'a number of another JSON type is ERROR_PARAMS',
    async check(gateway) {
      // With a wrong sign, so that a gateway which takes it hands nothing out.
      await mustAnswer(gateway, 'ERROR_PARAMS', 'getIMSReport', { number: '5', sign: 'wrong' });
      await mustAnswer(gateway, 'ERROR_PARAMS', 'getIMSReport', { number: 1.5, sign: 'wrong' });
    },
  },
];
