import { startSimulator } from 'emay-ims-simulator';
import {
  answeringOtherwise,
  askingOtherwise,
  distorted,
  optionsOf,
  type StartGateway,
  withFault,
  withOptions,
} from './altered-gateways.js';

/** A gateway that breaks rules on purpose, and is right otherwise. */
export interface WrongGateway {
  readonly name: string;
  /** What the rules that must reject it say, each as a part that is found in them. */
  readonly breaks: readonly string[];
  readonly start: StartGateway;
}

export const WRONG_GATEWAYS: readonly WrongGateway[] = [
  {
    name: 'takes a text of 501 units',
    breaks: ['one of 501 is ERROR_LONG_CONTENT', 'not percent-decoded: a text of 501'],
    start: withOptions({ maxContentLength: 501 }),
  },
  {
    name: 'keeps the code of an encrypted answer to itself',
    breaks: ['code stands in the header result', 'secure: a SUCCESS brings'],
    start: distorted({ answer: (passed) => ({ ...passed, result: undefined }) }),
  },
  {
    name: 'takes a wrong key for wrong parameters',
    breaks: ['another key has encrypted is ERROR_ENCRYPTION'],
    start: withOptions({ undecipherable: 'ERROR_PARAMS' }),
  },
  {
    name: 'never packs an encrypted answer',
    breaks: ['packed as its request'],
    start: withFault({ kind: 'wrongly-sealed', what: 'not-packed' }),
  },
  {
    name: 'encrypts the code along with the data',
    breaks: ['secure: a SUCCESS brings', 'packed as its request'],
    start: withFault({ kind: 'wrongly-sealed', what: 'envelope' }),
  },
  {
    name: 'has a clock of its own',
    breaks: ['secure: a request is valid while'],
    start: withFault({ kind: 'clock-skew', ms: 86_400_000 }),
  },
  {
    name: 'takes no text of 500 units',
    breaks: ['one of 501 is ERROR_LONG_CONTENT', 'counts two units'],
    start: withOptions({ maxContentLength: 499 }),
  },
  {
    name: 'looks at the text of a batch before its list',
    breaks: ['sendBatchIMS: an empty list is ERROR_MOBILE_EMPTY', 'sendBatchIMS: an empty list is looked at after'],
    start: withOptions({ emptyBatch: 'content-first' }),
  },
  {
    name: 'answers an empty list with ERROR_PARAMS',
    breaks: [
      'an empty list is ERROR_MOBILE_EMPTY',
      'an empty list is looked at after',
      'a missing list is an empty one',
    ],
    start: withOptions({ emptyBatch: 'params' }),
  },
  { name: 'lives in UTC', breaks: ["the clock is Shanghai's"], start: withOptions({ timeZoneOffset: '+00:00' }) },
  {
    name: 'takes old timestamps',
    breaks: ["the clock is Shanghai's", 'ten minutes off'],
    start: withOptions({ timestampToleranceMs: 864e5 }),
  },
  {
    name: 'takes a minute of drift',
    breaks: ['ten minutes off'],
    start: withOptions({ timestampToleranceMs: 60_000 }),
  },
  { name: 'takes a sign in any case', breaks: ['the sign is in lower case'], start: withOptions({ signCase: 'any' }) },
  {
    name: 'wants the sign in upper case',
    breaks: ['the sign is in lower case', 'the sign is the md5'],
    start: withOptions({ signCase: 'upper' }),
  },
  {
    name: 'has no pace',
    breaks: ['ten report calls a second'],
    start: withOptions({ reportsPerSecond: Infinity }),
  },
  { name: 'has half the pace', breaks: ['ten report calls a second'], start: withOptions({ reportsPerSecond: 5 }) },
  {
    name: 'looks at no address',
    breaks: ['is ERROR_CLIENT_IP, before timestamp', 'X-Forwarded-For'],
    start: (settings) =>
      startSimulator({ ...optionsOf(settings), accounts: [settings.account, settings.closedAccount!] }),
  },
  {
    name: 'does not know X-Forwarded-For',
    breaks: ['X-Forwarded-For'],
    start: distorted({
      ask: ({ headers: { 'x-forwarded-for': _forwarded, ...headers }, ...rest }) => ({ ...rest, headers }),
    }),
  },
  {
    name: 'gives entries in another order',
    breaks: ['in request order'],
    start: withFault({ kind: 'reordered-entries' }),
  },
  {
    name: 'leaves an entry out',
    breaks: ['one entry for each number', 'in request order'],
    start: withFault({ kind: 'missing-entries', on: ['sendBatchIMS', 'sendPersonalityIMS'] }),
  },
  {
    name: 'writes ids as numbers',
    breaks: ['the imsId a text of up to 20 digits', 'as texts'],
    start: withFault({ kind: 'numeric-ids' }),
  },
  {
    name: 'reports twice',
    breaks: ['does not come again'],
    start: withFault({ kind: 'duplicate-reports', byMs: 150 }),
  },
  {
    name: 'hands a page out again',
    breaks: ['does not come again', 'empty array when nothing waits'],
    start: withFault({ kind: 'returned-page' }),
  },
  {
    name: 'writes times with a fraction',
    breaks: ['the times as yyyy-MM-dd'],
    start: withFault({ kind: 'odd-reports', shape: 'times-fraction' }),
  },
  {
    name: 'never reports',
    breaks: ['a report has mobile', 'reported FAIL_MOBILE_REPEAT'],
    start: withFault({ kind: 'lost-reports' }),
  },
  {
    name: 'reports bad numbers as delivered',
    breaks: ['its report is FAIL_MOBILE', 'in request order', 'reported FAIL_MOBILE_REPEAT', "desc is the state's own"],
    start: answeringOtherwise((text) =>
      text.replaceAll(/"state":"\w+"/g, '"state":"DELIVRD"').replaceAll('成功', '未知失败'),
    ),
  },
  {
    name: 'reports a state of its own',
    breaks: ['one of the nine states'],
    start: answeringOtherwise((text) => text.replaceAll('DELIVRD', 'DELIVERED')),
  },
  {
    name: 'writes the times of reports with a T',
    breaks: ['the times as yyyy-MM-dd'],
    start: answeringOtherwise((text) => text.replaceAll(/(\d\d-\d\d) (\d\d:\d\d)/g, '$1T$2')),
  },
  {
    name: 'writes the times of reports in another zone',
    breaks: ["a report's times are Shanghai's"],
    start: answeringOtherwise((text) =>
      text.replaceAll(
        / (\d\d)(:\d\d:\d\d")/g,
        (_, hour: string, rest: string) => ` ${String((Number(hour) + 16) % 24).padStart(2, '0')}${rest}`,
      ),
    ),
  },
  {
    name: 'keeps the reports that it handed out',
    breaks: ['does not come again', 'empty array when nothing waits'],
    start: distorted({
      answer(passed, { path }, memory) {
        if (path !== '/inter/getIMSReport' || !passed.text.includes('"SUCCESS"')) return passed;
        const fresh = passed.text.slice(passed.text.indexOf('[') + 1, passed.text.lastIndexOf(']'));
        if (fresh !== '') memory.push(fresh);
        return { ...passed, text: `{"code":"SUCCESS","data":[${memory.join(',')}]}` };
      },
    }),
  },
  {
    name: 'gives as many reports as are asked for',
    breaks: ['above 500 is 500'],
    start: askingOtherwise((body) => body.replace(/"number":0\b/, '"number":1')),
  },
  {
    name: 'gives a hundred reports by default',
    breaks: ['without a number it is 500'],
    start: askingOtherwise((body) => (body.includes('"number"') ? body : body.replace(/}$/, ',"number":100}'))),
  },
  {
    name: 'answers errors with HTTP 400',
    breaks: ['answered with HTTP 200'],
    start: distorted({ answer: (passed) => ({ ...passed, status: passed.text.includes('ERROR_') ? 400 : 200 }) }),
  },
  {
    name: 'says that its answers are JSON',
    breaks: ['in text/plain'],
    start: distorted({ answer: (passed) => ({ ...passed, type: 'application/json' }) }),
  },
  {
    name: 'gives data with errors',
    breaks: ['brings no data'],
    start: answeringOtherwise((text) =>
      text.replace(/^\{"code":"(ERROR_\w+)"\}$/, '{"code":"$1","data":{"mobile":""}}'),
    ),
  },
  {
    name: 'reads chunked bodies',
    breaks: ['a chunked body is ERROR_PARAMS'],
    start: distorted({
      ask: ({ headers: { 'transfer-encoding': _chunked, ...headers }, path, body }) => ({
        path,
        body,
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      }),
    }),
  },
  {
    name: 'wants JSON by its type',
    breaks: ['Content-Type is not looked at'],
    start: distorted({
      ask: (passage) =>
        passage.headers['content-type']?.startsWith('image/') ? { ...passage, path: '/unsupported' } : passage,
    }),
  },
  {
    name: 'decodes percent signs',
    breaks: ['a text of 501 units', 'a customImsId of 33 characters is too long, escaped', '%20 is a bad number'],
    start: askingOtherwise((body) => body.replaceAll('%41', 'A').replaceAll('%20', ' ')),
  },
  {
    name: 'keeps numbers trimmed',
    breaks: ['a padded number'],
    start: askingOtherwise((body) => body.replaceAll(/"mobile":" *(\S*) *"/g, '"mobile":"$1"')),
  },
  {
    name: 'takes + for 00',
    breaks: ['with + instead of 00'],
    start: askingOtherwise((body) => body.replaceAll('"mobile":"+', '"mobile":"00')),
  },
  {
    name: 'reads only the spelling of the example',
    breaks: ['customImId, as in the table'],
    start: askingOtherwise((body) => body.replaceAll('customImId"', 'unknown"')),
  },
  {
    name: 'makes an imsId of the customImsId',
    breaks: ['accepted again, as another message'],
    start: answeringOtherwise((text) => text.replaceAll(/"imsId":"\d+"/g, '"imsId":"1"')),
  },
];
