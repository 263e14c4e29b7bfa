import { describe, expect, it } from '@jest/globals';

import { decodeReportAnswer, decodeSendAnswer } from './decode.js';
import type { DeliveryReport, MalformedReport } from './report-item.js';
import { DEFAULT_PROTOCOL_OPTIONS as options } from './protocol-options.js';

const IDS = { mobile: '0061422118000', imsId: '20180392833833892100', customImsId: '2018010709302911' };
const ENTRY = { ...IDS, mobile: '+61422118000' };
const REPORT = { ...IDS, state: 'DELIVRD', desc: '成功', receiveTime: '2018-03-15 12:00:00', submitTime: null };

const success = (data: unknown) => JSON.stringify({ code: 'SUCCESS', data });

/** The reports of an answer that has to be a success. */
function reportsOf(body: string): { reports: DeliveryReport[]; malformed: MalformedReport[] } {
  const answer = decodeReportAnswer(body, options);
  if (answer.kind !== 'success') throw new Error(`not a success: ${JSON.stringify(answer)}`);
  return answer;
}

function entriesOf(body: string) {
  const answer = decodeSendAnswer(body);
  if (answer.kind !== 'success') throw new Error(`not a success: ${JSON.stringify(answer)}`);
  return answer.entries;
}

describe('any answer', () => {
  it.each([
    ['absent', '{"code":"SUCCESS"}'],
    ['null', success(null)],
    ['an empty text', success('')],
    ['an empty list', success([])],
  ])('whose data is %s holds nothing', (_what, body) => {
    expect(decodeSendAnswer(body)).toEqual({ kind: 'success', entries: [] });
    expect(decodeReportAnswer(body, options)).toEqual({ kind: 'success', reports: [], malformed: [] });
  });

  it.each(['object', 'list'])('may give its data as %s, whatever the call', (shape) => {
    const wrap = (item: unknown) => success(shape === 'list' ? [item] : item);
    expect(entriesOf(wrap(IDS))).toEqual([ENTRY]);
    expect(reportsOf(wrap(REPORT)).reports).toEqual([expect.objectContaining({ ...ENTRY, position: 0 })]);
  });

  it.each([
    ['{"code":"ERROR_SIGN"}', 'ERROR_SIGN'],
    ['{"code":"ERROR_SIGN","data":null}', 'ERROR_SIGN'],
    ['{"code":"ERROR_SIGN","data":""}', 'ERROR_SIGN'],
    ['{"code":"ERROR_SIGN","data":[{"mobile":1}],"message":"?"}', 'ERROR_SIGN'],
    ['{"code":" ERROR_NEW "}', 'ERROR_NEW'],
    ['{"code":"success"}', 'success'],
    ['{"code":"constructor"}', 'constructor'],
    ['\ufeff \r\n{"code":"ERROR_SIGN"}\r\n', 'ERROR_SIGN'],
  ])('%j is the error %s', (body, code) => {
    expect(decodeSendAnswer(body)).toEqual({ kind: 'error', code });
    expect(decodeReportAnswer(body, options)).toEqual({ kind: 'error', code });
  });

  it.each([
    ['', 'the body is empty'],
    [' \ufeff\n', 'the body is empty'],
    ['<html>502</html>', 'the body is not JSON'],
    ['{"code":"SUCCESS","data":[', 'the body is not JSON'],
    ["{'code':'SUCCESS'}", 'the body is not JSON'],
    ['null', 'the body is not a JSON object'],
    ['"SUCCESS"', 'the body is not a JSON object'],
    ['[{"code":"SUCCESS"}]', 'the body is not a JSON object'],
    ['{}', 'the body has no usable code'],
    ['{"code":null}', 'the body has no usable code'],
    ['{"code":0}', 'the body has no usable code'],
    ['{"code":12345678901234567890,"data":{"imsId":1}}', 'the body has no usable code'],
    ['{"code":["SUCCESS"]}', 'the body has no usable code'],
    ['{"code":"  "}', 'the body has no usable code'],
    ['{"code":"A\\u0000B"}', 'the body has no usable code'],
    ['{"code":"A\\nB"}', 'the body has no usable code'],
    [`{"code":"${'X'.repeat(65)}"}`, 'the body has no usable code'],
    ['{"__proto__":{"code":"SUCCESS"}}', 'the body has no usable code'],
    [success('queued'), 'the data is neither an object nor a list'],
    [success(0), 'the data is neither an object nor a list'],
    [success(false), 'the data is neither an object nor a list'],
  ])('%j is unreadable: %s', (body, reason) => {
    expect(decodeSendAnswer(body)).toEqual({ kind: 'unreadable', reason });
    expect(decodeReportAnswer(body, options)).toEqual({ kind: 'unreadable', reason });
  });

  it('keeps a code of 64 characters', () => {
    expect(decodeSendAnswer(`{"code":"${'X'.repeat(64)}"}`)).toEqual({ kind: 'error', code: 'X'.repeat(64) });
  });
});

describe('ids', () => {
  it.each([
    ['text', '"20180392833833892100"', '20180392833833892100'],
    ['text with blanks around', '" 20180392833833892100 "', '20180392833833892100'],
    ['a bare number of 20 digits', '20180392833833892101', '20180392833833892101'],
    ['a bare number of 64 digits', '9'.repeat(64), '9'.repeat(64)],
    ['a small bare number', ' 7', '7'],
    ['text of 64 characters', `"${'x'.repeat(64)}"`, 'x'.repeat(64)],
    ['text of 65 characters', `"${'x'.repeat(65)}"`, null],
    ['a bare number of 65 digits', '9'.repeat(65), null],
    ['a negative number', '-7', null],
    ['a fraction', '7.0', null],
    ['a power', '2e3', null],
    ['blank text', '" "', null],
    ['null', 'null', null],
    ['true', 'true', null],
    ['a list', '["7"]', null],
    ['an object', '{"imsId":7}', null],
    ['text with NUL', '"7\\u0000"', null],
    ['half a surrogate pair', '"7\\ud83d"', null],
  ])('given as %s are read exactly or not at all', (_what, json, expected) => {
    expect(entriesOf(`{"code":"SUCCESS","data":{"imsId":${json},"customImsId":"c"}}`)).toEqual([
      { mobile: null, imsId: expected, customImsId: 'c' },
    ]);
    expect(entriesOf(`{"code":"SUCCESS","data":[{"customImsId" : ${json},"imsId":"i"}]}`)).toEqual([
      { mobile: null, imsId: 'i', customImsId: expected },
    ]);
  });

  it.each<[unknown, string | null]>([
    [{ customImsId: 'a' }, 'a'],
    [{ customImId: 'a' }, 'a'],
    [{ customImsId: 'a', customImId: 'b' }, 'a'],
    [{ customImsId: null, customImId: 'b' }, 'b'],
    [{ customImsId: '', customImId: 7 }, '7'],
    [{ customimsid: 'a' }, null],
  ])('of ours are read under both of the vendor’s spellings: %j', (item, expected) => {
    expect(entriesOf(success(item))).toEqual([{ mobile: null, imsId: null, customImsId: expected }]);
  });

  it('take the last of a repeated key, bare numbers or not', () => {
    expect(entriesOf('{"code":"SUCCESS","data":{"imsId":"1","imsId":"2"}}')[0]?.imsId).toBe('2');
    expect(entriesOf('{"code":"SUCCESS","data":{"imsId":1,"imsId":20180392833833892101}}')[0]?.imsId).toBe(
      '20180392833833892101',
    );
  });

  it('are not looked for inside a text', () => {
    const description = 'see "imsId": 20180392833833892101';
    expect(reportsOf(success([{ ...REPORT, desc: description }])).reports[0]).toMatchObject({ ...ENTRY, description });
  });

  it.each([
    ['"0061422118000"', '+61422118000'],
    ['61422118000', '+61422118000'],
    ['12345678901234567890', '+12345678901234567890'],
    ['6.1', null],
    ['"unknown"', null],
  ])('a mobile given as %s is %s', (json, expected) => {
    expect(entriesOf(`{"code":"SUCCESS","data":{"mobile":${json}}}`)).toEqual([
      { mobile: expected, imsId: null, customImsId: null },
    ]);
  });
});

describe('send entries', () => {
  it('keep their place in the list, readable or not', () => {
    const nothing = { mobile: null, imsId: null, customImsId: null };
    expect(entriesOf(success([null, IDS, 'text', {}, { ...IDS, extra: [1] }]))).toEqual([
      nothing,
      ENTRY,
      nothing,
      nothing,
      ENTRY,
    ]);
  });
});

describe('reports', () => {
  it.each<[string, Record<string, unknown>, Partial<DeliveryReport>]>([
    ['an unlisted state', { state: 'FAIL_NEW' }, { state: 'FAIL_NEW' }],
    ['a state of 64 characters', { state: 'S'.repeat(64) }, { state: 'S'.repeat(64) }],
    ['blanks around the state', { state: ' DELIVRD ' }, { state: 'DELIVRD' }],
    ['no description', { desc: undefined }, { description: null }],
    ['a description that is no text', { desc: 5 }, { description: null }],
    ['a long description', { desc: '长'.repeat(300) }, { description: '长'.repeat(255) }],
    ['an emoji at the cut', { desc: `${'x'.repeat(254)}😀` }, { description: 'x'.repeat(254) }],
    ['NUL in the description', { desc: 'a\0b' }, { description: 'a\ufffdb' }],
    ['only an imsId', { mobile: null, customImsId: null }, { mobile: null, customImsId: null, imsId: IDS.imsId }],
    ['only a mobile', { imsId: '', customImsId: null }, { imsId: null, customImsId: null, mobile: '+61422118000' }],
    ['no submitTime', { submitTime: undefined }, { submitTime: null, submitTimeText: null }],
    ['a null submitTime', { submitTime: null }, { submitTime: null, submitTimeText: null }],
    ['30 February', { submitTime: '2018-02-30 12:00:00' }, { submitTime: null, submitTimeText: '2018-02-30 12:00:00' }],
    ['an endless time', { submitTime: '9'.repeat(1000) }, { submitTime: null, submitTimeText: '9'.repeat(64) }],
    ['more fields', { smsId: 1, nested: { state: 'X' } }, { state: 'DELIVRD' }],
  ])('are kept with %s', (_what, change, expected) => {
    const { reports, malformed } = reportsOf(success([{ ...REPORT, ...change }]));
    expect(malformed).toEqual([]);
    expect(reports).toEqual([expect.objectContaining(expected)]);
  });

  it('read their times on the clock of the options', () => {
    const answer = decodeReportAnswer(success(REPORT), { ...options, timeZoneOffset: '-01:00' });
    expect(answer).toMatchObject({ reports: [{ receiveTime: new Date('2018-03-15T13:00:00Z') }] });
  });

  it.each<[string, unknown, string]>([
    ['null', null, 'not an object'],
    ['a list', [REPORT], 'not an object'],
    ['a text', 'DELIVRD', 'not an object'],
    ['a number', 12, 'not an object'],
    ['no state', { ...REPORT, state: undefined }, 'no usable state'],
    ['a blank state', { ...REPORT, state: ' ' }, 'no usable state'],
    ['a state that is a number', { ...REPORT, state: 1 }, 'no usable state'],
    ['a state of 65 characters', { ...REPORT, state: 'S'.repeat(65) }, 'no usable state'],
    ['a state with NUL', { ...REPORT, state: 'S\0' }, 'no usable state'],
    ['no id', { state: 'DELIVRD' }, 'neither customImsId nor imsId nor mobile'],
    ['unusable ids', { state: 'X', imsId: 'x'.repeat(65), mobile: '?' }, 'neither customImsId nor imsId nor mobile'],
  ])('set one aside that is or has %s, and keep its neighbours', (_what, item, reason) => {
    const { reports, malformed } = reportsOf(success([REPORT, item, REPORT]));
    expect(reports.map(({ position }) => position)).toEqual([0, 2]);
    expect(malformed).toEqual([{ position: 1, reason, raw: JSON.stringify(item) }]);
  });

  it('set one aside with all the digits of its bare numbers', () => {
    const raw = '{"imsId":20180392833833892101,"state":5}';
    expect(reportsOf(`{"code":"SUCCESS","data":[${raw}]}`)).toEqual({
      kind: 'success',
      reports: [],
      malformed: [{ position: 0, reason: 'no usable state', raw }],
    });
  });

  it('set one aside cut to 2,000 units, never inside a surrogate pair', () => {
    const [whole] = reportsOf(success(['x'.repeat(5_000)])).malformed;
    expect(whole?.raw).toBe(`"${'x'.repeat(1_999)}`);
    const [uncut] = reportsOf(success([`${'x'.repeat(1_998)}😀`])).malformed;
    expect(uncut?.raw).toBe(`"${'x'.repeat(1_998)}`);
  });

  it.each([
    ['without bare numbers', ''],
    ['with bare numbers', '"imsId":7,'],
  ])('take nothing from a __proto__ key, %s', (_what, id) => {
    const item = `{${id}"__proto__":{"state":"DELIVRD","polluted":true},"constructor":{"prototype":{"polluted":true}}}`;
    const { reports, malformed } = reportsOf(`{"code":"SUCCESS","data":[${item}]}`);
    expect(reports).toEqual([]);
    expect(malformed.map(({ reason }) => reason)).toEqual(['no usable state']);
    expect('polluted' in {}).toBe(false);
  });

  it('take nothing from a polluted Object.prototype', () => {
    Reflect.defineProperty(Object.prototype, 'state', { value: 'DELIVRD', configurable: true });
    try {
      expect(reportsOf(success([IDS])).malformed).toMatchObject([{ position: 0, reason: 'no usable state' }]);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'state');
    }
  });
});
