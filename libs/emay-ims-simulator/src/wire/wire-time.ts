const OFFSET = /^([+-])(\d{2}):(\d{2})$/;

/** Milliseconds east of UTC for `+08:00`; `undefined` when the text is no such offset. */
export function parseOffset(text: string): number | undefined {
  const match = OFFSET.exec(text);
  if (!match) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  if (Number(match[3]) > 59 || minutes > 14 * 60) return undefined;
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}

/** Reads and writes the gateway's two time formats in its own zone, whatever the zone of this host. */
export class WireTime {
  private formattedSecond = Number.NaN;
  private formatted = '';

  constructor(private readonly offsetMs: number) {}

  /** `yyyyMMddHHmmss` to epoch milliseconds; `undefined` unless it is 14 digits of a real date and time. */
  parseTimestamp(text: string): number | undefined {
    if (!/^\d{14}$/.test(text)) return undefined;
    const part = (from: number, to: number) => Number(text.slice(from, to));
    const local = Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12), part(12, 14));
    const instant = local - this.offsetMs;
    return this.timestamp(instant) === text ? instant : undefined;
  }

  /** Epoch milliseconds to `yyyyMMddHHmmss`. */
  timestamp(instant: number): string {
    return this.reportTime(instant).replaceAll(/\D/g, '');
  }

  /** Epoch milliseconds to `yyyy-MM-dd HH:mm:ss`. */
  reportTime(instant: number): string {
    // A page of reports falls into few seconds: remembering the last one spares most of the formatting.
    const second = Math.floor(instant / 1000);
    if (second !== this.formattedSecond) {
      this.formatted = new Date(second * 1000 + this.offsetMs).toISOString().slice(0, 19).replace('T', ' ');
      this.formattedSecond = second;
    }
    return this.formatted;
  }

  /** Milliseconds since midnight in the gateway's zone. */
  millisecondOfDay(instant: number): number {
    const day = 86_400_000;
    return (((instant + this.offsetMs) % day) + day) % day;
  }
}
