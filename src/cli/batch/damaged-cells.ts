/** `6.1422E+10`: how a spreadsheet writes a long number in a narrow cell, and saves it. */
const SHORTENED = /^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$/i;
/** An id may be `12E45`: a point or a sign is what a number alone has. */
const SHORTENED_ID = /^[+-]?\d+(?:[.,]\d+E[+-]?|E[+-])\d+$/i;

/** Whether digits that are no longer there have made way for an exponent. */
export function isShortened(number: string): boolean {
  return SHORTENED.test(number);
}

/** The same of an id, which may have letters. */
export function isShortenedId(id: string): boolean {
  return SHORTENED_ID.test(id);
}
