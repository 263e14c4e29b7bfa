import { createHash } from 'node:crypto';
import { SUBSCRIBER_DIGITS, type DeliveryReport } from '../protocol/index.js';

/**
 * What a report says, hashed: the same for one that is pulled and pushed, in whatever order its fields stand. The number counts by its
 * end, as pushed ones may come without the `00`; the text of the state does not count.
 */
export function reportHash(report: Omit<DeliveryReport, 'position'>): string {
  const { imsId, customImsId, mobile, state, receiveTime, submitTime } = report;
  return hashOf([imsId, customImsId, mobile?.slice(-SUBSCRIBER_DIGITS), state, receiveTime, submitTime]);
}

/** The same of an item that is no report: of an object its fields, but for the `appId` that pushed ones have. */
export function malformedHash(raw: string): string {
  return hashOf([fieldsOf(raw) ?? raw.trim()]);
}

function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex');
}

function fieldsOf(raw: string): [string, unknown][] | null {
  try {
    const item: unknown = JSON.parse(raw);
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return null;
    const fields = Object.entries(item).filter(([name]) => name !== 'appId');
    return fields.toSorted(([one], [other]) => (one < other ? -1 : 1));
  } catch {
    return null; // Cut, or no JSON.
  }
}
