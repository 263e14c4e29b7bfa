import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { decodeReportAnswer, decodeSendAnswer, type ReportAnswer, type SendAnswer, type SendEntry } from './decode.js';
import type { DeliveryReport, MalformedReport } from './report-item.js';
import { DEFAULT_PROTOCOL_OPTIONS as options } from './protocol-options.js';

const UNREADABLE_REASONS = [
  'the body is empty',
  'the body is not JSON',
  'the body is not a JSON object',
  'the body has no usable code',
  'the data is neither an object nor a list',
  'it says no, and names accepted messages',
];
const MALFORMED_REASONS = ['not an object', 'no usable state', 'neither customImsId nor imsId nor mobile'];

const FIELDS = ['mobile', 'imsId', 'customImsId', 'customImId', 'state', 'desc', 'receiveTime', 'submitTime'];
const keys = fc.constantFrom(...FIELDS, '__proto__', 'constructor', 'toString', 'toJSON', '');
const numbers = fc.constantFrom('0', '-0', '7', '20180392833833892101', '-5', '1.50', '1e400', '1E-9', '9'.repeat(70));
const texts = fc.oneof(
  fc.constantFrom(
    'DELIVRD',
    '0061422118000',
    '2018-03-15 12:00:00',
    '2018-02-30 12:00:00',
    '"imsId":7',
    '\0',
    '\ud83d',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'binary', minLength: 200, maxLength: 400 }),
);

/** JSON text, not values: duplicate keys and numbers of any length are part of it. */
const { json } = fc.letrec<{ json: string; object: string; list: string; scalar: string }>((tie) => ({
  json: fc.oneof({ depthSize: 'small', withCrossShrink: true }, tie('scalar'), tie('object'), tie('list')),
  scalar: fc.oneof(
    numbers,
    texts.map((text) => JSON.stringify(text)),
    fc.constantFrom('null', 'true', 'false'),
  ),
  object: fc
    .array(fc.tuple(keys, tie('json')), { maxLength: 8 })
    .map((fields) => `{${fields.map(([key, value]) => `${JSON.stringify(key)} :${value}`).join(',')}}`),
  list: fc.array(tie('json'), { maxLength: 6 }).map((items) => `[${items.join(', ')}]`),
}));
const successes = json.map((data) => `{"code":"SUCCESS","data":${data}}`);
/** An answer damaged on its way: cut short, or with something else in the middle. */
const damaged = fc
  .tuple(successes, fc.nat(), fc.nat({ max: 8 }), fc.string({ unit: 'binary', maxLength: 4 }))
  .map(([body, at, removed, inserted]) => {
    const cut = at % (body.length + 1);
    return body.slice(0, cut) + inserted + (removed === 8 ? '' : body.slice(cut + removed));
  });
const bodies = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
  json,
  successes,
  damaged,
);

/** How many items the data holds, by a reading of our own. */
function countItems(body: string): number {
  const answer: { data: unknown } = JSON.parse(body);
  if (answer.data === null || answer.data === '') return 0;
  return Array.isArray(answer.data) ? answer.data.length : 1;
}

/** A text that is kept has to be trimmed, not empty, bounded and fit for any database. */
function isStorable(text: string | null, maxLength: number): boolean {
  return text === null || (text !== '' && text.length <= maxLength && text.trim() === text && !text.includes('\0'));
}

function hasStorableIds({ mobile, imsId, customImsId }: SendEntry): boolean {
  const readable = mobile === null || /^\+\d{1,20}$/.test(mobile);
  return readable && isStorable(imsId, 64) && isStorable(customImsId, 64);
}

function isSound(report: DeliveryReport): boolean {
  return (
    hasStorableIds(report) &&
    (report.customImsId ?? report.imsId ?? report.mobile) !== null &&
    isStorable(report.state, 64) &&
    isStorable(report.description, 255) &&
    isStorable(report.receiveTimeText, 64) &&
    isStorable(report.submitTimeText, 64)
  );
}

function isBounded({ reason, raw }: MalformedReport): boolean {
  return MALFORMED_REASONS.includes(reason) && raw.length <= 2_000;
}

function isExpected(answer: SendAnswer | ReportAnswer): boolean {
  if (answer.kind === 'unreadable') return UNREADABLE_REASONS.includes(answer.reason);
  if (answer.kind === 'error') return answer.code !== 'SUCCESS' && isStorable(answer.code, 64);
  return answer.kind === 'success';
}

describe('decoding whatever comes', () => {
  it('never throws, and is unreadable only for a reason that quotes nothing', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const answers = [decodeSendAnswer(body), decodeReportAnswer(body, options)];
        expect(answers.filter((answer) => !isExpected(answer))).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('loses no item of a readable answer and bounds every field', () => {
    const readable = successes.filter((body) => decodeSendAnswer(body).kind === 'success');
    fc.assert(
      fc.property(readable, (body) => {
        const sent = decodeSendAnswer(body);
        const pulled = decodeReportAnswer(body, options);
        if (sent.kind !== 'success' || pulled.kind !== 'success') throw new Error('the calls disagree');
        const count = countItems(body);
        expect(sent.entries).toHaveLength(count);
        const positions = [...pulled.reports, ...pulled.malformed].map(({ position }) => position);
        expect(positions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
        expect(sent.entries.filter((entry) => !hasStorableIds(entry))).toEqual([]);
        expect(pulled.reports.filter((report) => !isSound(report))).toEqual([]);
        expect(pulled.malformed.filter((item) => !isBounded(item))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['lists', '[', ']', 'not an object'],
    ['objects', '{"imsId":7,"a":', '}', 'no usable state'],
  ])('survives %s nested deeper than the stack', (_what, open, close, reason) => {
    const deep = `${open.repeat(200_000)}1${close.repeat(200_000)}`;
    const body = `{"code":"SUCCESS","data":[${deep},{"imsId":"7","state":"DELIVRD"}]}`;
    expect(decodeReportAnswer(body, options)).toMatchObject({
      reports: [{ position: 1, imsId: '7' }],
      malformed: [{ position: 0, reason, raw: '(nested too deeply to show)' }],
    });
  });
});
