import { fieldOf, isJsonObject } from './answer-json.js';
import { readCustomImsId, readFreeText, readId, readMobile, readToken } from './answer-fields.js';
import { parseGatewayTime } from './gateway-time.js';
import type { ProtocolOptions } from './protocol-options.js';

const MAX_DESCRIPTION_LENGTH = 255;
const MAX_TIME_TEXT_LENGTH = 64;
const MAX_EXCERPT_LENGTH = 2_000;

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
  /** Its text, cut to 2,000 UTF-16 units. Holds personal data. */
  raw: string;
}

/** Reads one item of the list, of which it is told the place: the report, or the reason why it is none. */
export type ReportItemReader = (item: unknown, position: number) => DeliveryReport | string;

/** @throws RangeError, at the first item, for an unreadable `timeZoneOffset` */
export function reportItemReader({ timeZoneOffset }: Pick<ProtocolOptions, 'timeZoneOffset'>): ReportItemReader {
  const readTime = timeReader(timeZoneOffset);
  return (item, position) => readReport(item, position, readTime);
}

/** `raw` is cut to what is kept of it. */
export function malformedReport(position: number, reason: string, raw: string): MalformedReport {
  return { position, reason, raw: readFreeText(raw, MAX_EXCERPT_LENGTH) ?? '' };
}

/** A class, not a literal: see docs/performance-internals.md. */
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

/** Times of the last reports: more would only take memory. */
const MAX_KNOWN_TIMES = 1_000;

/** A page of reports falls into a few seconds: each is read once. */
function timeReader(timeZoneOffset: string): TimeReader {
  const known = new Map<unknown, ReadTime>();
  return (value) => {
    let read = known.get(value);
    if (!read) {
      const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
      read = { time: parseGatewayTime(text, timeZoneOffset), text: readFreeText(text, MAX_TIME_TEXT_LENGTH) };
      if (known.size >= MAX_KNOWN_TIMES) known.clear();
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
