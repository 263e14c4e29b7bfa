// Only UTC arithmetic here: a `Date` getter of the host's own zone would make the wire depend on where we run.

const MINUTE_MS = 60_000;
const EARLIEST_OFFSET = -12 * 60;
const LATEST_OFFSET = 14 * 60;
const GATEWAY_TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

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
 * The instant of a report's `receiveTime` or `submitTime`, `yyyy-MM-dd HH:mm:ss` on the gateway's clock (§2.4.2.1).
 * `null` when absent, not of that shape or not in the calendar (30 February).
 *
 * @throws RangeError for an unreadable offset
 */
export function parseGatewayTime(text: unknown, timeZoneOffset: string): Date | null {
  const offset = parseTimeZoneOffset(timeZoneOffset);
  if (typeof text !== 'string' || text.length > 64) return null;
  const trimmed = text.trim();
  if (!GATEWAY_TIME.test(trimmed)) return null;
  const iso = trimmed.replace(' ', 'T');
  const wallClock = new Date(`${iso}Z`);
  // `Date` rolls 30 February over into March; what does not read back as it was written is no date.
  if (Number.isNaN(wallClock.getTime()) || !wallClock.toISOString().startsWith(iso)) return null;
  return new Date(wallClock.getTime() - offset * MINUTE_MS);
}
