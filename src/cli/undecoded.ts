import { UsageError } from './command-errors.js';

/**
 * U+FFFD stands for bytes that no decoder understood; characters for private use are what Big5 and GBK leave to each vendor. No
 * recipient sees the character that was meant.
 */
const UNDECODED = /[\uFFFD\p{Co}]/u;

/** The first character of a text that was not decoded, such as `U+FFFD`; `null`: all were. */
export function undecodedIn(text: string): string | null {
  const codePoint = UNDECODED.exec(text)?.[0].codePointAt(0);
  return codePoint === undefined ? null : `U+${codePoint.toString(16).toUpperCase()}`;
}

/**
 * @param written what was given on the command line, by its option
 * @throws UsageError where the terminal has written it in another encoding than UTF-8: different words may have become the same
 */
export function assertDecoded(written: Readonly<Record<string, string | undefined>>): void {
  for (const [option, text] of Object.entries(written)) {
    const character = undecodedIn(text ?? '');
    if (character === null) continue;
    throw new UsageError(
      `${option} holds ${character}, which stands for a character that could not be read: the terminal is not in UTF-8. Set it to UTF-8, and write the command again.`,
    );
  }
}
