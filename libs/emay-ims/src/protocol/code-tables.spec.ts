import { describe, expect, it } from '@jest/globals';

import { ANSWER_CODES, classifyAnswerCode, isRefusedPoll, type AnswerCodeMeanings } from './answer-codes.js';
import { classifyReportState, REPORT_STATES } from './report-states.js';

const PROTOTYPE_KEYS = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];

// §3 and §4, code and words as the document has them; the kinds are ours.
const DOCUMENTED_CODES = [
  ['SUCCESS', '提交成功', 'success'],
  ['ERROR_APPID', 'AppId 错误', 'configuration'],
  ['ERROR_PARAMS', '请求参数错误', 'doubtful'],
  ['ERROR_CLIENT_IP', '不识别的 Ip', 'configuration'],
  ['ERROR_MOBILE_EMPTY', '手机号为空', 'message'],
  ['ERROR_MOBILE_NUMBER', '号码数量过多', 'request'],
  ['ERROR_MOBILE_ERROR', '手机号码错误', 'message'],
  ['ERROR_CONTENT_EMPTY', '短信内容为空', 'message'],
  ['ERROR_CUSTOM_IMSID', '自定义消息 ID 过长', 'message'],
  ['ERROR_LONG_CONTENT', '短信内容过长', 'message'],
  ['ERROR_TIMESTAMP', '时间戳错误', 'configuration'],
  ['ERROR_SIGN', '签名错误', 'configuration'],
] as const;
// Met in sister products.
const FURTHER_CODES = [
  ['ERROR_OVER_SPEED', 'pace'],
  ['ERROR_BALANCE', 'balance'],
  ['ERROR_APPID_NO_SUPPORT_CHANNEL', 'configuration'],
  ['ERROR_ENCRYPTION', 'configuration'],
  ['ERROR_REQUESTTIME', 'configuration'],
  ['ERROR_REQUESTTIME_TIMEOUT', 'configuration'],
  ['ERROR_REQUESTVALIDPERIOD', 'configuration'],
  ['ERROR_REQUEST_NO_VALID', 'doubtful'],
] as const;
const DOCUMENTED_STATES = [
  ['DELIVRD', '成功', 'delivered'],
  ['TIMEOUT', '运营商状态报告超时', 'unknown'],
  ['FAIL_BALANCE', '余额不足', 'rejected'],
  ['FAIL_MOBILE', '手机号错误', 'rejected'],
  ['FAIL_MOBILE_SUPPORT', '手机号不支持', 'rejected'],
  ['FAIL_MOBILE_REPEAT', '手机号重复', 'rejected'],
  ['FAIL_BLACK_DICT', '黑字典失败', 'rejected'],
  ['FAIL_RESPONSE', '运营商响应失败', 'undeliverable'],
  ['FAIL_UNKNOW', '未知失败', 'undeliverable'],
] as const;
// Met in sister products: refusals of the platform, all of them.
const FURTHER_STATES = [
  'FAIL_AUDITING_REFUSED',
  'FAIL_BLACK_LIST',
  'FAIL_UNSUBSCRIBE',
  'FAIL_WHITE_LIST',
  'FAIL_INTERCEPT',
  'FAIL_SIGN',
  'FAIL_SEND_FILTER',
];

describe('answer codes', () => {
  it.each(DOCUMENTED_CODES)('%s (%s) is of kind %s', (code, chinese, kind) => {
    expect(classifyAnswerCode(code)).toBe(kind);
    expect(ANSWER_CODES[code]).toMatchObject({ code, chinese, kind });
  });

  it.each(FURTHER_CODES)('%s, which is not in the document, is of kind %s and says so', (code, kind) => {
    expect(classifyAnswerCode(code)).toBe(kind);
    expect(ANSWER_CODES[code]).toMatchObject({
      chinese: expect.stringMatching(/（文档未列出）$/),
      english: expect.stringMatching(/ \(not in the document\)$/),
    });
  });

  it('hold these, nothing else', () => {
    expect(Object.keys(ANSWER_CODES)).toEqual([...DOCUMENTED_CODES, ...FURTHER_CODES].map(([code]) => code));
  });

  it('mean what Emay has told its customer, by their own names alone', () => {
    const told = { ERROR_SMS_TIME: 'refused', ERROR_BALANCE: 'pace', ERROR_PARAMS: 'hold', ERROR_SIGN: 'unconfirmed' };
    const kinds = Object.keys(told).map((code) => classifyAnswerCode(code, told as AnswerCodeMeanings));
    expect(kinds).toEqual(['message', 'pace', 'configuration', 'doubtful']);
    for (const key of PROTOTYPE_KEYS) expect(classifyAnswerCode(key, {})).toBe('unlisted');
  });

  it('say that a poll was refused, unless nobody knows the code, or it proves nothing', () => {
    const told = { ERROR_A: 'refused', ERROR_B: 'hold', ERROR_C: 'pace', ERROR_D: 'unconfirmed' } as const;
    const codes = ['SUCCESS', 'ERROR_SIGN', 'ERROR_PARAMS', 'ERROR_OVER_SPEED', 'ERROR_NEW', ...Object.keys(told)];
    const refused = codes.filter((code) => isRefusedPoll(code, told));
    expect(refused).toEqual(['ERROR_SIGN', 'ERROR_PARAMS', 'ERROR_OVER_SPEED', 'ERROR_A', 'ERROR_B', 'ERROR_C']);
    expect(isRefusedPoll('ERROR_PARAMS', { ERROR_PARAMS: 'unconfirmed' })).toBe(true);
  });

  it.each([...PROTOTYPE_KEYS, '', 'success', 'SUCCESS ', 'ERROR_SMS_TIME'])('%j is unlisted', (code) => {
    expect(classifyAnswerCode(code)).toBe('unlisted');
    expect(ANSWER_CODES[code]).toBeUndefined();
  });
});

describe('report states', () => {
  it.each(DOCUMENTED_STATES)('%s (%s) is of kind %s', (state, chinese, kind) => {
    expect(classifyReportState(state)).toBe(kind);
    expect(REPORT_STATES[state]).toMatchObject({ state, chinese, kind });
    expect(classifyReportState(` ${state.toLowerCase()}\u3000\r\n`)).toBe(kind);
  });

  it.each(FURTHER_STATES)('%s, which is not in the document, is of kind rejected and says so', (state) => {
    expect(classifyReportState(` ${state.toLowerCase()} `)).toBe('rejected');
    expect(REPORT_STATES[state]).toMatchObject({
      chinese: expect.stringMatching(/（文档未列出）$/),
      english: expect.stringMatching(/ \(not in the document\)$/),
    });
  });

  it('hold these, nothing else', () => {
    expect(Object.keys(REPORT_STATES)).toEqual([...DOCUMENTED_STATES.map(([state]) => state), ...FURTHER_STATES]);
  });

  it.each([...PROTOTYPE_KEYS, '', 'delivered', 'FAIL_SIGN_', 'FAIL SIGN'])('%j is unknown', (state) => {
    expect(classifyReportState(state)).toBe('unknown');
    expect(REPORT_STATES[state]).toBeUndefined();
  });
});

describe('both tables', () => {
  const entries = [...Object.values(ANSWER_CODES), ...Object.values(REPORT_STATES)];

  it('explain every entry in English and Chinese and say what to do', () => {
    expect(entries).toHaveLength(20 + 16);
    for (const { english, chinese, advice } of entries) {
      expect(english).toMatch(/^\w/);
      expect(chinese).toMatch(/\p{Script=Han}/u);
      expect(advice).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('are frozen, entries included', () => {
    expect([ANSWER_CODES, REPORT_STATES, ...entries].filter((value) => !Object.isFrozen(value))).toEqual([]);
  });
});
