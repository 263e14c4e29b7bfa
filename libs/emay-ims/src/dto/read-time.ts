/** Ends the sentence that begins with the property's name. */
export const TIME_PROBLEM = 'must be a Date, or a time as text with its zone, such as 2030-01-31T08:00:00+08:00';

const ISO_TIME = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;
const LONGEST = '2030-01-31T08:00:00.123456789+08:00'.length;

/**
 * A `Date`, also from what JSON makes of one: ISO 8601 with its zone. `null` for anything else, as `new Date` takes a
 * great deal ("foo 1" is in 2001), and a time without its zone for another instant on every host.
 */
export function readTime(value: unknown): Date | null {
  const date = value instanceof Date ? value : typeof value === 'string' ? readIsoTime(value) : null;
  return date === null || Number.isNaN(date.getTime()) ? null : date;
}

function readIsoTime(text: string): Date | null {
  const parts = text.length <= LONGEST ? ISO_TIME.exec(text) : null;
  if (parts === null) return null;
  const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number];
  // The 31st of February would become some day in March.
  const hasSuchADay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  return hasSuchADay ? new Date(text) : null;
}
