import { callingCode } from '../wire/calling-code.js';
import type { Entry } from './fault-definition.js';

export type Reshape = (report: Entry) => Entry;

/** Digits that some countries put between calling code and number, or leave out: Mexico's mobiles, and Argentina's. */
const MOBILE_PREFIXES: Readonly<Record<string, string>> = { '52': '1', '54': '9' };

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const state =
  (write: (state: string) => unknown): Reshape =>
  (report) => ({ ...report, state: write(text(report.state)) });

/** The zone of the gateway is left as it is written: `+08:00` is what it stands for by default. */
const times =
  (write: (time: string) => unknown): Reshape =>
  (report) => ({ ...report, receiveTime: write(text(report.receiveTime)), submitTime: write(text(report.submitTime)) });

const epoch = (time: string): number => Date.parse(`${time.replace(' ', 'T')}+08:00`);

const mobile =
  (write: (digits: string, code: string) => string): Reshape =>
  (report) => {
    const digits = text(report.mobile).replace(/^00/, '');
    return { ...report, mobile: write(digits, callingCode(digits)) };
  };

/** A country without such a prefix gets Mexico's. */
const withMobilePrefix = mobile((digits, code) => {
  const rest = digits.slice(code.length);
  const prefix = MOBILE_PREFIXES[code] ?? '1';
  return `00${code}${rest.startsWith(prefix) ? rest.slice(prefix.length) : prefix + rest}`;
});

const only = (...names: readonly string[]): Reshape => {
  const kept = new Set(names);
  return (report) => Object.fromEntries(Object.entries(report).filter(([name]) => kept.has(name)));
};

/** Reports that say what they should, in another way. */
export const ODD_SHAPES = {
  'state-lower-case': state((name) => name.toLowerCase()),
  'state-mixed-case': state((name) => name.slice(0, 1) + name.slice(1).toLowerCase()),
  'state-padded': state((name) => ` ${name} `),
  'state-unlisted': state(() => 'FAIL_NEVER_SEEN'),
  'times-fraction': times((time) => `${time}.0`),
  'times-iso': times((time) => `${time.replace(' ', 'T')}+08:00`),
  'times-slashes': times((time) => time.replaceAll('-', '/')),
  'times-compact': times((time) => time.replaceAll(/\D/g, '')),
  'times-epoch': times((time) => epoch(time)),
  'times-epoch-text': times((time) => String(epoch(time))),
  'times-epoch-seconds': times((time) => epoch(time) / 1000),
  'times-null': times(() => null),
  'times-empty': times(() => ''),
  'mobile-without-zeros': mobile((digits) => digits),
  'mobile-plus': mobile((digits) => `+${digits}`),
  'mobile-local': mobile((digits, code) => `0${digits.slice(code.length)}`),
  'mobile-prefixed': withMobilePrefix,
  'ids-numeric': (report) => ({ ...report, imsId: numeric(report.imsId), customImsId: numeric(report.customImsId) }),
  'ids-null': (report) => ({ ...report, imsId: null, customImsId: null }),
  'ids-empty': (report) => ({ ...report, imsId: '', customImsId: '' }),
  'ims-id-only': only('imsId'),
  'ims-id-and-state': only('imsId', 'state'),
  'custom-id-and-state': only('customImsId', 'state'),
  'custom-id-misspelt': ({ customImsId, ...report }) => ({ ...report, customImId: customImsId }),
  'desc-nul': (report) => ({ ...report, desc: 'a\u0000b' }),
  'desc-lone-surrogate': (report) => ({ ...report, desc: 'a\uD800b' }),
  'desc-markup': (report) => ({ ...report, desc: '<script>alert(1)</script>\u001b[31m' }),
  'id-nul': (report) => ({ ...report, customImsId: `${text(report.customImsId)}\u0000` }),
  'state-nul': state((name) => `${name}\u0000`),
  'state-lone-surrogate': state((name) => `${name}\uDC00`),
  'fields-unknown': (report) => ({ ...report, __proto: { polluted: true }, fee: 0.05, smsCount: 1 }),
} as const satisfies Record<string, Reshape>;

/** Digits as a number, which loses those beyond a double; else as they are. */
function numeric(id: unknown): unknown {
  return typeof id === 'string' && /^[1-9]\d*$/.test(id) ? Number(id) : id;
}
