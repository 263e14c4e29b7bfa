import { ANSWER_CODES, maskMobile, REPORT_STATES } from 'nestjs-emay-ims';

/** Seven digits or more in a row, in any script, with what people put between them. */
const NUMBER = /[+＋]?\p{Nd}(?:[\s().\-/]{0,3}\p{Nd}){6,}/gu;
/** A number in E.164 that a wire or an id may hold. */
const E164 = /\+\d{7,15}/g;
const HIDDEN = '…';

/** What a person or a program has written: any number in it may be somebody's. */
export function redactNumbers(text: string): string {
  return text.replace(NUMBER, '***');
}

/** What is left of whole numbers in an answer that is otherwise masked already. */
export function maskLeftNumbers(text: string): string {
  return text.replace(E164, maskMobile);
}

/** What came from the gateway, in whatever form: no digit of it is left, so that no form hides a number. */
export function redactDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, '*');
}

/**
 * The shape of what came, for whoever may not read texts: of JSON the names and the vendor's codes, of anything else nothing but
 * punctuation. What a code in a message looks like, nobody can tell: so digits go as well.
 */
export function redactTexts(text: string): string {
  const shape = /"((?:[^"\\]|\\.)*)("(?:\s*:)?|$)|[^"]+/gsu;
  return redactDigits(text).replace(shape, (part, quoted?: string, end = '') => {
    if (quoted === undefined) return part.replace(/true|false|null|\p{L}+/gu, keepLiteral);
    const isName = end.length > 1;
    const isKept = isName ? /^[A-Za-z]{1,32}$/.test(quoted) : isVendorsWord(quoted);
    return `"${isKept ? quoted : hide(quoted)}${end}`;
  });
}

/** In the place of what may quote a text. */
export function hide(text: string): string {
  return text === '' ? '' : HIDDEN;
}

function isVendorsWord(word: string): boolean {
  return Object.hasOwn(ANSWER_CODES, word) || Object.hasOwn(REPORT_STATES, word);
}

function keepLiteral(word: string): string {
  return word === 'true' || word === 'false' || word === 'null' ? word : HIDDEN;
}
