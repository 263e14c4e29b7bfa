import { createHash } from 'node:crypto';
import { parseAnswerJson, SUBSCRIBER_DIGITS, type DeliveryReport } from '../protocol/index.js';

/**
 * What a report says, hashed: the same for one that is pulled and pushed, in whatever order its fields stand. The number counts by its
 * end, as pushed ones may come without the `00`; the text of the state does not count.
 *
 * @param earlier how many without an id say the same in the same page: they may be about as many messages
 */
export function reportHash(report: Omit<DeliveryReport, 'position'>, earlier = 0): string {
  const { imsId, customImsId, mobile, state, receiveTime, submitTime } = report;
  const parts = [imsId, customImsId, endOf(mobile), state, receiveTime, submitTime];
  return hashOf(earlier > 0 ? [...parts, earlier] : parts);
}

/**
 * The same of an item that is no report: of an object its fields, but for the `appId` that pushed ones have; the number by its end.
 *
 * @param earlier as above
 */
export function malformedHash(raw: string, earlier = 0): string {
  const item = fieldsOf(raw) ?? raw.trim();
  return hashOf(earlier > 0 ? [item, earlier] : [item]);
}

/** Whether it tells which message it is about. */
export function namesMessage(raw: string): boolean {
  return fieldsOf(raw)?.some(([name, value]) => /^(imsId|customImsId)$/.test(name) && value !== null) ?? false;
}

function hashOf(parts: readonly unknown[]): string {
  const text = JSON.stringify(
    parts.map((part) => part ?? null),
    (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  );
  return createHash('sha256').update(text).digest('hex');
}

function endOf(mobile: unknown): unknown {
  return typeof mobile === 'string' ? mobile.slice(-SUBSCRIBER_DIGITS) : mobile;
}

function fieldsOf(raw: string): [string, unknown][] | null {
  const item = parseAnswerJson(raw); // Ids may be bare numbers, of which every digit counts.
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
  const fields = Object.entries(item as Record<string, unknown>)
    .filter(([name]) => name !== 'appId')
    .map(([name, value]): [string, unknown] => [name, name === 'mobile' ? endOf(value) : value]);
  return fields.toSorted(([one], [other]) => (one < other ? -1 : 1));
}
