// Only UTC arithmetic here: a `Date` getter of the host's own zone would make the wire depend on where we run.

const MINUTE_MS = 60_000;
const EARLIEST_OFFSET = -12 * 60;
const LATEST_OFFSET = 14 * 60;
/** As the document has it; with slashes, a `T`, one digit for a month, parts of a second or a zone of its own as well. */
const WRITTEN_TIME =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}:?\d{2})?$/;
const COMPACT_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/;
/** Seconds or milliseconds since 1970, from 2001 to 2286. */
const EPOCH_TIME = /^([1-9]\d{9})(\d{3})?$/;

/**
 * Minutes east of UTC of an offset such as `+08:00` (480) or `-03:30` (-210).
 *
 * @throws RangeError unless it is `±HH:MM` from `-12:00` to `+14:00`
 */
export function parseTimeZoneOffset(text: string): number {
  const [, signText, hours, minutes] = /^([+-])(\d{2}):([0-5]\d)$/.exec(text) ?? [];
  const size = Number(hours) * 60 + Number(minutes);
  const offset = signText === '-' ? 0 - size : size;
  if (Number.isNaN(offset) || offset < EARLIEST_OFFSET || offset > LATEST_OFFSET) {
    throw new RangeError(
      'timeZoneOffset must be hours and minutes from UTC, -12:00 to +14:00: write "+08:00" for China.',
    );
  }
  return offset;
}

/**
 * The `timestamp` of a request, 14 digits `yyyyMMddHHmmss` on the gateway's clock (§2.1.1.2). Milliseconds are dropped.
 *
 * @throws RangeError for an invalid date, a year beyond 0-9999 or an unreadable offset
 */
export function formatTimestamp(instant: Date, timeZoneOffset: string): string {
  const onGatewayClock = new Date(instant.getTime() + parseTimeZoneOffset(timeZoneOffset) * MINUTE_MS);
  const year = onGatewayClock.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) {
    throw new RangeError('A timestamp needs a valid date in the years 0 to 9999.');
  }
  return onGatewayClock.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
}

/**
 * The instant of a report's `receiveTime` or `submitTime`, `yyyy-MM-dd HH:mm:ss` on the gateway's clock (§2.4.2.1), or in one of the
 * ways in which its relatives write it: `2023-07-31 14:36:05.0`, `2023-07-31T06:36:05Z`, `2023/7/31 14:36:05`, `20230731143605`,
 * epoch seconds or milliseconds, as text or number. `null` when it is none of these or not in the calendar (30 February).
 *
 * @throws RangeError for an unreadable offset
 */
export function parseGatewayTime(value: unknown, timeZoneOffset: string): Date | null {
  const offset = parseTimeZoneOffset(timeZoneOffset);
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  if (typeof text !== 'string' || text.length > 64) return null;
  const trimmed = text.trim();
  const epoch = EPOCH_TIME.exec(trimmed);
  if (epoch) return new Date(Number(epoch[1]) * 1_000 + Number(epoch[2] ?? 0));
  const [year, month, day, hour, minute, second = '00', fraction = '', zone] = partsOf(trimmed);
  if (year === undefined) return null;
  const iso = `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}`;
  const wallClock = new Date(`${iso}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  // `Date` rolls 30 February over into March; what does not read back as it was written is no date.
  if (Number.isNaN(wallClock.getTime()) || !wallClock.toISOString().startsWith(iso)) return null;
  const zoneOffset = zone === undefined ? offset : offsetOf(zone);
  return zoneOffset === null ? null : new Date(wallClock.getTime() - zoneOffset * MINUTE_MS);
}

function partsOf(text: string): (string | undefined)[] {
  const written = WRITTEN_TIME.exec(text);
  if (!written) return COMPACT_TIME.exec(text)?.slice(1) ?? [];
  const [, year, , ...rest] = written;
  return [year, ...rest];
}

function two(digits = ''): string {
  return digits.padStart(2, '0');
}

/** Of `Z`, `+08:00` or `+0800`; `null`: no zone has it. */
function offsetOf(zone: string): number | null {
  if (zone === 'Z') return 0;
  try {
    return parseTimeZoneOffset(zone.replace(/^(...):?/, '$1:'));
  } catch {
    return null;
  }
}
