import { excerptOf, fieldOf, isJsonObject, parseAnswerJson, type JsonObject } from './answer-json.js';
import { readFreeText, readId, readToken } from './answer-fields.js';
import { parseGatewayTime } from './gateway-time.js';
import { fromWireMobile } from './mobile-number.js';
import type { ProtocolOptions } from './protocol-options.js';

const MAX_DESCRIPTION_LENGTH = 255;
const MAX_TIME_TEXT_LENGTH = 64;
const MAX_EXCERPT_LENGTH = 2_000;

/** The gateway said no: `code` is anything but `SUCCESS`, listed in §3 or not. */
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

export type SendAnswer = { kind: 'success'; entries: SendEntry[] } | ErrorAnswer | UnreadableAnswer;

/** One delivery report (§2.4.2.1), with at least one of `customImsId`, `imsId` and `mobile`. */
export interface DeliveryReport {
  /** Place in the answer's list, from 0. */
  position: number;
  /** `+` and digits, unchecked. */
  mobile: string | null;
  imsId: string | null;
  customImsId: string | null;
  /** As the vendor wrote it, 1-64 characters; `classifyReportState` reads it. */
  state: string;
  /** The vendor's `desc`, cut to 255 UTF-16 units. */
  description: string | null;
  /** The platform's clock, not the handset's. */
  receiveTime: Date | null;
  submitTime: Date | null;
  /** As the vendor wrote it, also when it is no time. */
  receiveTimeText: string | null;
  submitTimeText: string | null;
}

/** An item of the list that is no report. Its neighbours are not affected. */
export interface MalformedReport {
  /** Place in the answer's list, from 0. */
  position: number;
  reason: string;
  /** Its JSON text, cut to 2,000 UTF-16 units. Holds personal data. */
  raw: string;
}

export type ReportAnswer =
  { kind: 'success'; reports: DeliveryReport[]; malformed: MalformedReport[] } | ErrorAnswer | UnreadableAnswer;

/**
 * Reads the answer of any of the three send calls (§2.1.2, §2.2.2, §2.3.2), whatever its Content-Type said. An entry that
 * is no object is kept with all its fields `null`. Never throws.
 *
 * @param headerCode what its header `result` says, where it has one: counts if the body has no code
 */
export function decodeSendAnswer(body: string, headerCode?: string): SendAnswer {
  const answer = readAnswer(body, readToken(headerCode));
  return answer.kind === 'success' ? { kind: 'success', entries: answer.items.map(readSendEntry) } : answer;
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
  const readTime = timeReader(options.timeZoneOffset);
  const reports: DeliveryReport[] = [];
  const malformed: MalformedReport[] = [];
  for (const [position, item] of answer.items.entries()) {
    const report = readReport(item, position, readTime);
    if (typeof report === 'string') {
      malformed.push({ position, reason: report, raw: excerptOf(item, MAX_EXCERPT_LENGTH) });
    } else {
      reports.push(report);
    }
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

function readMobile(item: JsonObject): string | null {
  const mobile = fieldOf(item, 'mobile');
  return fromWireMobile(typeof mobile === 'bigint' ? mobile.toString() : mobile);
}

function readCustomImsId(item: JsonObject): string | null {
  // §2.3.1.2 spells it without the s.
  return readId(fieldOf(item, 'customImsId')) ?? readId(fieldOf(item, 'customImId'));
}

/*
 * Classes, as V8 makes up its mind about object literals: where the first ones outlive a collection, it takes all that follow for
 * long-lived, and keeps them and their texts until memory is short.
 */
class Entry implements SendEntry {
  constructor(
    readonly mobile: string | null,
    readonly imsId: string | null,
    readonly customImsId: string | null,
  ) {}
}

class Report implements DeliveryReport {
  constructor(
    readonly position: number,
    readonly mobile: string | null,
    readonly imsId: string | null,
    readonly customImsId: string | null,
    readonly state: string,
    readonly description: string | null,
    readonly receiveTime: Date | null,
    readonly submitTime: Date | null,
    readonly receiveTimeText: string | null,
    readonly submitTimeText: string | null,
  ) {}
}

interface ReadTime {
  time: Date | null;
  text: string | null;
}

type TimeReader = (value: unknown) => ReadTime;

/** A page of reports falls into a few seconds: each is read once. */
function timeReader(timeZoneOffset: string): TimeReader {
  const known = new Map<unknown, ReadTime>();
  return (value) => {
    let read = known.get(value);
    if (!read) {
      read = { time: parseGatewayTime(value, timeZoneOffset), text: readFreeText(value, MAX_TIME_TEXT_LENGTH) };
      known.set(value, read);
    }
    return read;
  };
}

/** The report, or the reason why it is none. */
function readReport(item: unknown, position: number, readTime: TimeReader): DeliveryReport | string {
  if (!isJsonObject(item)) return 'not an object';
  const state = readToken(fieldOf(item, 'state'));
  if (state === null) return 'no usable state';
  const mobile = readMobile(item);
  const imsId = readId(fieldOf(item, 'imsId'));
  const customImsId = readCustomImsId(item);
  if (customImsId === null && imsId === null && mobile === null) return 'neither customImsId nor imsId nor mobile';
  const received = readTime(fieldOf(item, 'receiveTime'));
  const submitted = readTime(fieldOf(item, 'submitTime'));
  return new Report(
    position,
    mobile,
    imsId,
    customImsId,
    state,
    readFreeText(fieldOf(item, 'desc'), MAX_DESCRIPTION_LENGTH),
    received.time && new Date(received.time),
    submitted.time && new Date(submitted.time),
    received.text,
    submitted.text,
  );
}
