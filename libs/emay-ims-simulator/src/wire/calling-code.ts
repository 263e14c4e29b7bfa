/** Calling codes of one digit and of two; all others have three (E.164). */
const ONE = /^[17]/;
const TWO = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/** The calling code of an international number without its zeros. */
export function callingCode(digits: string): string {
  return digits.slice(0, ONE.test(digits) ? 1 : TWO.test(digits) ? 2 : 3);
}
