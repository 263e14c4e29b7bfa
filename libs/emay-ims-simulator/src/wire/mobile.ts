/** `00`, a country code that does not begin with 0, then digits: 7 to 15 digits after the `00` (E.164; assumed). */
const MOBILE = /^00[1-9]\d{6,14}$/;

export function isMobile(text: string): boolean {
  return MOBILE.test(text);
}

/** Keeps what tells two numbers apart in a terminal and hides the middle: `006142****000`. */
export function maskMobile(mobile: string): string {
  if (mobile.length < 10) return '*'.repeat(mobile.length);
  return `${mobile.slice(0, 6)}****${mobile.slice(-3)}`;
}
