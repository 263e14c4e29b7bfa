/** `6.1422E+10`: how a spreadsheet writes a long number in a narrow cell, and saves it. */
const SHORTENED_NUMBER = /^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$/i;
/** An id may be `12E45`: a point or a sign is what a number alone has. */
const SHORTENED = /^[+-]?\d+(?:[.,]\d+E[+-]?|E[+-])\d+$/i;
/**
 * What a spreadsheet writes where it has no value: `#N/A`, `#NAME?`, in other languages `#NV`, `#BEZUG!` or `#¿NOMBRE?`,
 * in LibreOffice `Err:502`; `####` where a column is too narrow.
 */
const ERROR_VALUE = /^(?:#(?:[\p{Lu}\d/_¡¿]+[!?]|N\/[AD]|NV|Н\/Д|GETTING_DATA|#+)|Err:\d{3})$/u;

const IS_SHORTENED =
  'was shortened by a spreadsheet, and its digits are lost: take it from the source, in a column formatted as text';
const IS_ERROR = 'is an error of a spreadsheet: correct the formula, or write the value';

/** What a spreadsheet has done to an id or a part of a text, as the end of a sentence; `null`: nothing that can be seen. */
export function damageTo(cell: string): string | null {
  const written = cell.trim();
  if (SHORTENED.test(written)) return IS_SHORTENED;
  return ERROR_VALUE.test(written) ? IS_ERROR : null;
}

/** The same for a number, which has no letters of its own. */
export function damageToNumber(written: string): string | null {
  return SHORTENED_NUMBER.test(written) ? IS_SHORTENED : damageTo(written);
}
