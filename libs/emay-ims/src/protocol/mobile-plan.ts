// Not from 'libphonenumber-js/mobile': as CommonJS, that exports no `Metadata`.
import { Metadata, type CountryCode } from 'libphonenumber-js/core';
import mobiles from 'libphonenumber-js/mobile/metadata';

/** What the library's declarations leave out of its numbering plans. */
interface NumberingPlan {
  nationalNumberPattern(): string;
  hasTypes(): boolean;
  type(name: 'MOBILE'): { pattern(): string; possibleLengths(): readonly number[] } | undefined;
}

type IsMobile = (e164: string) => boolean;

const LONGEST_CALLING_CODE = 3;
/** By the first three digits, made as they are met: at most 1,000. */
const plans = new Map<string, IsMobile>();

/**
 * Whether a number in the shape of E.164 is a mobile: what `PhoneNumber` of `libphonenumber-js/mobile` says, in a fraction of its time.
 * See docs/performance-internals.md.
 */
export function isMobile(e164: string): boolean {
  const start = e164.slice(1, 1 + LONGEST_CALLING_CODE);
  let isMobileThere = plans.get(start);
  if (isMobileThere === undefined) plans.set(start, (isMobileThere = readPlan(start)));
  return isMobileThere(e164);
}

/** The plan of the calling code that the digits begin with; none is the beginning of another. */
function readPlan(start: string): IsMobile {
  for (let length = 1; length <= start.length; length++) {
    const code = start.slice(0, length);
    const plan = findPlan(code);
    if (plan) return mobilesOf(plan, code);
  }
  return () => false;
}

function findPlan(code: string): NumberingPlan | null {
  const metadata = new Metadata(mobiles);
  try {
    metadata.selectNumberingPlan(code as CountryCode);
  } catch {
    return null; // It throws for a calling code that does not exist.
  }
  return metadata.numberingPlan as unknown as NumberingPlan;
}

function mobilesOf(plan: NumberingPlan, code: string): IsMobile {
  const national = plan.nationalNumberPattern();
  if (!plan.hasTypes()) return matching(`\\+${code}(?:${national})`);
  const mobile = plan.type('MOBILE');
  if (!mobile?.pattern()) return () => false;
  const isMatch = matching(`\\+${code}(?=(?:${national})$)(?:${mobile.pattern()})`);
  const lengths = mobile.possibleLengths().map((digits) => 1 + code.length + digits);
  return (e164) => lengths.includes(e164.length) && isMatch(e164);
}

function matching(pattern: string): IsMobile {
  const whole = new RegExp(`^${pattern}$`);
  return (e164) => whole.test(e164);
}
