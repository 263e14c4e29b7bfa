import { asItStands, decodeText, hasEscapes, type DecodedText } from './decoded-text.js';
import { WindowFilter } from './window-filter.js';

/** As much of a text as betrays it: letters and digits in a row, blanks and signs between them not counted. */
const WINDOW = 6;
/** Of scripts whose characters are words. */
const WORDY_WINDOW = 4;
/** Enough of a number's end to know it by, whether or not country code and zeros stand before it. */
const NUMBER_END = 7;

const MEANINGFUL = /[\p{L}\p{N}\p{M}\p{So}]/u;
const MEANINGLESS = /[^\p{L}\p{N}\p{M}\p{So}]+/gu;

type Secret = 'sign' | 'number' | 'text';

/** Letters, digits and what else has a meaning, in lower case, and their places in the decoded text. */
interface Condensed {
  text: string;
  places: number[];
}

/**
 * What a request carries that must not be kept of its answer: an error page may repeat what it was sent, raw or escaped, in
 * whatever case. Ids stay, as the answer is to be understood.
 */
export class RequestEcho {
  /** Of each try to send it. */
  readonly signs: string[] = [];

  constructor(private readonly messages: readonly { mobile: string; content: string }[] = []) {}

  /**
   * The answer, with what it repeats of the request blotted out.
   *
   * - Numbers only where it repeats a text or the signature as well: an answer of the gateway's own tells by them whom it is about.
   */
  redact(answer: string): string {
    const marks: (Secret | undefined)[] = Array.from({ length: answer.length });
    const contents = condensedSecrets(this.messages.map(({ content }) => content));
    const signs = condensedSecrets(this.signs);
    // As it stands, too: what looks like an escape may be the text itself.
    const pages = viewsOf(answer).map((view) => new Page(view, marks));
    markTexts(pages, contents, 'text');
    markTexts(pages, signs, 'sign');
    if (!marks.some((secret) => secret)) return answer;
    for (const page of pages) for (const { mobile } of this.messages) page.markNumber(mobile);
    return redacted(answer, marks);
  }
}

/** In both ways of reading them, letters and digits alone. */
function condensedSecrets(texts: readonly string[]): ReadonlySet<string> {
  const views = [...new Set(texts)].flatMap((text) => (hasEscapes(text) ? [text, decodeText(text).text] : [text]));
  // As `condense` does it for one character after the other: at the end of a word, a sigma has a small letter of its own.
  return new Set(views.map((text) => foldCase(text.replaceAll(MEANINGLESS, '')).replaceAll('ς', 'σ')));
}

/** A batch has 150,000 windows, and an error page hardly any of them: the others are not even cut out. */
function markTexts(pages: readonly Page[], texts: ReadonlySet<string>, secret: Secret): void {
  const looks = pages.map((page) => ({ page, windows: page.windows() }));
  const filters = [WINDOW, WORDY_WINDOW].map((size) => new WindowFilter(size));
  for (const { windows } of looks) {
    for (const filter of filters) for (const window of windows.keys()) filter.add(window);
  }
  for (const text of texts) {
    if (text.length < WINDOW) for (const page of pages) page.markWord(text, secret);
    for (const filter of filters) {
      for (const start of filter.startsIn(text)) {
        const window = text.slice(start, start + filter.size);
        for (const { page, windows } of looks) {
          const places = windows.get(window);
          if (!places) continue;
          for (const place of places) page.mark(place, place + window.length, secret);
          // Once is enough, however often texts say it.
          windows.delete(window);
          filter.forget(window);
        }
      }
    }
  }
}

function viewsOf(text: string): DecodedText[] {
  const [plain, decoded] = [asItStands(text), decodeText(text)];
  return decoded.text === text ? [plain] : [plain, decoded];
}

/** An answer in one way of reading it, in which secrets are found and marked where they stand in the answer. */
class Page {
  private readonly page: Condensed;

  constructor(
    private readonly view: DecodedText,
    private readonly marks: (Secret | undefined)[],
  ) {
    this.page = condense(view.text);
  }

  markNumber(mobile: string): void {
    const { text } = this.page;
    const digits = `00${mobile.replaceAll(/\D/g, '')}`;
    const ending = digits.slice(-NUMBER_END);
    for (let found = text.indexOf(ending); found >= 0; found = text.indexOf(ending, found + 1)) {
      let start = found;
      const end = found + ending.length;
      while (start > 0 && text[start - 1] === digits[digits.length - (end - start) - 1]) start--;
      this.mark(start, end, 'number');
    }
  }

  /** A text of a few letters, where it stands as a word of its own. */
  markWord(word: string, secret: Secret): void {
    const { text } = this.page;
    if (word === '') return;
    for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + 1)) {
      const end = start + word.length;
      if (!this.areJoined(start - 1, start) && !this.areJoined(end - 1, end)) this.mark(start, end, secret);
    }
  }

  private areJoined(one: number, other: number): boolean {
    const [before, after] = [this.page.places[one], this.page.places[other]];
    return before !== undefined && after === before + 1 && /\w\w/.test(this.view.text.slice(before, after + 1));
  }

  mark(start: number, end: number, secret: Secret): void {
    const { places } = this.page;
    const first = this.view.from[places[start] as number];
    this.marks.fill(secret, first, this.view.to[places[end - 1] as number]);
  }

  /** By their text, where they stand. */
  windows(): Map<string, number[]> {
    const { text } = this.page;
    const windows = new Map<string, number[]>();
    for (const size of [WINDOW, WORDY_WINDOW]) {
      for (let start = 0; start + size <= text.length; start++) {
        const window = text.slice(start, start + size);
        if (size === WORDY_WINDOW && !isWordy(window)) continue;
        const known = windows.get(window);
        if (known) known.push(start);
        else windows.set(window, [start]);
      }
    }
    return windows;
  }
}

function condense(text: string): Condensed {
  const condensed: Condensed = { text: '', places: [] };
  let place = 0;
  for (const character of text) {
    const folded =
      character < '\u0080' ? asciiLetter(character) : MEANINGFUL.test(character) ? foldCase(character) : '';
    condensed.text += folded;
    for (let unit = 0; unit < folded.length; unit++) condensed.places.push(place);
    place += character.length;
  }
  return condensed;
}

function asciiLetter(character: string): string {
  return /[a-z0-9]/i.test(character) ? character.toLowerCase() : '';
}

/** Of some letters there are more than two cases, or capitals of another length: ß, SS. */
function foldCase(character: string): string {
  return character.toUpperCase().toLowerCase();
}

function isWordy(window: string): boolean {
  return [...window].every((character) => character > '\u024f');
}

function redacted(answer: string, marks: readonly (Secret | undefined)[]): string {
  let text = '';
  for (let place = 0; place < answer.length; place++) {
    const secret = marks[place];
    if (!secret) text += answer[place];
    else if (secret !== marks[place - 1]) text += `(${secret})`;
  }
  return text;
}
