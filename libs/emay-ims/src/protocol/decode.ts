import { excerptOf, fieldOf, isJsonObject, parseAnswerJson, type JsonObject } from './answer-json.js';
import { readCustomImsId, readId, readMobile, readToken } from './answer-fields.js';
import { malformedReport, reportItemReader, type DeliveryReport, type MalformedReport } from './report-item.js';
import type { ProtocolOptions } from './protocol-options.js';

/** The gateway said no, and nothing in the answer says otherwise: `code` is anything but `SUCCESS`, listed in §3 or not. */
export interface ErrorAnswer {
  kind: 'error';
  code: string;
}

/** Nothing can be concluded from the body. `reason` never quotes it. */
export interface UnreadableAnswer {
  kind: 'unreadable';
  reason: string;
}

/** One message of an accepted request (§2.1.2.1). Match it by `customImsId`, then by `mobile`; the order proves nothing. */
export interface SendEntry {
  /** `+` and digits, unchecked. */
  mobile: string | null;
  imsId: string | null;
  customImsId: string | null;
}

/** An `imsId` that is not `null` or blank, wherever it stands, also in JSON as text within JSON. */
const ID_OF_ACCEPTED = /"imsId\\*"\s*:\s*(?!\s|null|\\*"\s*\\*")/;

export type SendAnswer = { kind: 'success'; entries: SendEntry[] } | ErrorAnswer | UnreadableAnswer;

export type ReportAnswer =
  { kind: 'success'; reports: DeliveryReport[]; malformed: MalformedReport[] } | ErrorAnswer | UnreadableAnswer;

/**
 * Reads the answer of any of the three send calls (§2.1.2, §2.2.2, §2.3.2), whatever its Content-Type said. An entry that
 * is no object is kept with all its fields `null`. A no proves nothing where the header says yes, or where it names accepted messages.
 * Never throws.
 *
 * @param headerCode what its header `result` says, where it has one: counts if the body has no code
 */
export function decodeSendAnswer(body: string, headerCode?: string): SendAnswer {
  const code = readToken(headerCode);
  const answer = readAnswer(body, code);
  if (answer.kind === 'success') return { kind: 'success', entries: answer.items.map(readSendEntry) };
  if (answer.kind === 'unreadable') return answer;
  if (code === 'SUCCESS') return unreadable('its header says yes, and its body no');
  return namesAccepted(body) ? unreadable('it says no, and names accepted messages') : answer;
}

/**
 * Whether an answer names a message as accepted: by its `imsId`, which the gateway gives to those alone (§2.1.2.1). Number and `customImsId`
 * are from the request: an answer may repeat them to say what it refuses.
 */
export function namesAccepted(body: string): boolean {
  return ID_OF_ACCEPTED.test(body);
}

/**
 * Reads the answer of `getIMSReport` (§2.4.2). Reports are handed out only once, so one that cannot be read is set aside in
 * `malformed` and the others are kept. No body makes it
 * throw.
 *
 * @throws RangeError for an unreadable `options.timeZoneOffset`
 */
export function decodeReportAnswer(body: string, options: ProtocolOptions): ReportAnswer {
  const answer = readAnswer(body);
  if (answer.kind !== 'success') return answer;
  const readItem = reportItemReader(options);
  const reports: DeliveryReport[] = [];
  const malformed: MalformedReport[] = [];
  for (const [position, item] of answer.items.entries()) {
    const read = readItem(item, position);
    if (typeof read === 'string') malformed.push(malformedReport(position, read, excerptOf(item)));
    else reports.push(read);
  }
  return { kind: 'success', reports, malformed };
}

function readAnswer(
  body: string,
  headerCode: string | null = null,
): { kind: 'success'; items: unknown[] } | ErrorAnswer | UnreadableAnswer {
  const text = body.trim(); // also takes off a byte order mark
  if (text === '') return headerCode === null ? unreadable('the body is empty') : coded(headerCode, null);
  const answer = parseAnswerJson(text);
  if (answer === undefined) return unreadable('the body is not JSON');
  const isObject = isJsonObject(answer);
  const code = isObject ? readToken(fieldOf(answer, 'code')) : null;
  if (code !== null) return coded(code, fieldOf(answer as JsonObject, 'data'));
  // With its code in the header, the body may be the bare data.
  if (headerCode !== null) return coded(headerCode, (isObject ? fieldOf(answer, 'data') : undefined) ?? answer);
  return unreadable(isObject ? 'the body has no usable code' : 'the body is not a JSON object');
}

function coded(code: string, data: unknown): { kind: 'success'; items: unknown[] } | ErrorAnswer | UnreadableAnswer {
  if (code !== 'SUCCESS') return { kind: 'error', code };
  if (data === undefined || data === null || data === '') return { kind: 'success', items: [] };
  if (Array.isArray(data)) return { kind: 'success', items: data };
  if (isJsonObject(data)) return { kind: 'success', items: [data] };
  return unreadable('the data is neither an object nor a list');
}

function unreadable(reason: string): UnreadableAnswer {
  return { kind: 'unreadable', reason };
}

function readSendEntry(item: unknown): SendEntry {
  return isJsonObject(item)
    ? new Entry(readMobile(item), readId(fieldOf(item, 'imsId')), readCustomImsId(item))
    : new Entry(null, null, null);
}

/** A class, for the reason given in `report-item.ts`. */
class Entry implements SendEntry {
  constructor(
    readonly mobile: string | null,
    readonly imsId: string | null,
    readonly customImsId: string | null,
  ) {}
}
