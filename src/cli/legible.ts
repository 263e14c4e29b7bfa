/** What a terminal obeys instead of showing it: controls, escape sequences and line ends among them, and what turns the direction of writing. */
const OBEYED = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** A line as a terminal can only show it: who wrote a text must not write what else the operator sees. */
export function legible(line: string): string {
  return line.replaceAll(OBEYED, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
