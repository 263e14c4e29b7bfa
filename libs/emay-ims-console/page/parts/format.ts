import { settings } from '../api/settings.js';
import { useStore } from '../api/store.js';
import { type Language, useLanguage } from '../words/words.js';

/** Symbols, as in tables of measurements; `Intl` has only words of uneven length, such as "secs". */
const UNITS = {
  en: { second: ' s', minute: ' min', hour: ' h', day: ' d' },
  zh: { second: ' 秒', minute: ' 分', hour: ' 小时', day: ' 天' },
} as const;

type Time = string | number | Date;

/** Numbers, times and countries as the language and the chosen zone want them. */
export class Format {
  private static readonly known = new Map<string, Format>();
  private readonly numbers: Intl.NumberFormat;
  private readonly percents: Intl.NumberFormat;
  private readonly countries: Intl.DisplayNames;

  private constructor(
    private readonly locale: string,
    private readonly timeZone: string | undefined,
  ) {
    this.numbers = new Intl.NumberFormat(locale);
    this.percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
    this.countries = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });
  }

  static of(language: Language, zone: 'local' | 'utc'): Format {
    const key = language + zone;
    const known = Format.known.get(key);
    if (known) return known;
    const made = new Format(language === 'zh' ? 'zh-CN' : 'en-GB', zone === 'utc' ? 'UTC' : undefined);
    Format.known.set(key, made);
    return made;
  }

  /** `UTC` after a time where that is the zone. */
  get zoneMark(): string {
    return this.timeZone === 'UTC' ? ' UTC' : '';
  }

  number(value: number): string {
    return this.numbers.format(value);
  }

  /** At most four characters, such as `1.2K`. */
  compact(value: number): string {
    return new Intl.NumberFormat(this.locale, { notation: 'compact' }).format(value);
  }

  /** At most one decimal, rounded down to below 100 % where it is not all. */
  percent(share: number | null): string {
    if (share === null) return '–';
    return this.percents.format(share < 1 ? Math.min(share, 0.999) : 1);
  }

  country(iso: string | null, none: string): string {
    if (iso === null || !/^[A-Z]{2}$/.test(iso)) return iso ?? none;
    return this.countries.of(iso) ?? iso;
  }

  /** Short: of today the time with seconds, else day and minute. */
  time(value: Time): string {
    const date = new Date(value);
    return this.day(date) === this.day(new Date()) ? this.clock(date) : `${this.day(date)} ${this.minute(date)}`;
  }

  /** Complete, with the zone. */
  full(value: Time): string {
    return this.format(value, { dateStyle: 'medium', timeStyle: 'medium' }) + this.zoneMark;
  }

  clock(value: Time): string {
    return this.format(value, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  }

  minute(value: Time): string {
    return this.format(value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  }

  day(value: Time): string {
    const isThisYear = new Date(value).getUTCFullYear() === new Date().getUTCFullYear();
    return this.format(value, { day: 'numeric', month: 'short', ...(isThisYear ? {} : { year: 'numeric' }) });
  }

  /** A duration with one or two units: `0.8 s`, `9 s`, `2 min 5 s`, `3 h`, `4 d`. */
  duration(ms: number): string {
    const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000] as const;
    if (ms < second) return this.unit(Math.max(Math.round(ms / 100) / 10, 0), 'second');
    if (ms < 10 * second) return this.unit(Math.round(ms / 100) / 10, 'second');
    if (ms < minute) return this.unit(Math.round(ms / second), 'second');
    if (ms < hour) return this.two(ms, minute, 'minute', second, 'second');
    if (ms < day) return this.two(ms, hour, 'hour', minute, 'minute');
    return this.two(ms, day, 'day', hour, 'hour');
  }

  private two(
    ms: number,
    large: number,
    largeUnit: keyof typeof UNITS.en,
    small: number,
    smallUnit: keyof typeof UNITS.en,
  ): string {
    const count = Math.floor(ms / large);
    const rest = Math.floor((ms % large) / small);
    const first = this.unit(count, largeUnit);
    return rest === 0 || count >= 10 ? first : `${first} ${this.unit(rest, smallUnit)}`;
  }

  private unit(value: number, unit: keyof typeof UNITS.en): string {
    return this.numbers.format(value) + UNITS[this.locale === 'zh-CN' ? 'zh' : 'en'][unit];
  }

  private format(value: Time, options: Intl.DateTimeFormatOptions): string {
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) return String(value);
    return formatter(this.locale, { ...options, timeZone: this.timeZone }).format(date);
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Kept, as making one costs more than a whole row. */
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = formatters.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formatters.set(key, known);
  return known;
}

export function useFormat(): Format {
  return Format.of(useLanguage(), useStore(settings).zone);
}
