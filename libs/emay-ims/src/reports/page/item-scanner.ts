import { isBlank, ValueTracker } from './value-tracker.js';

/** A report has some hundred characters; what is longer than this is none. */
const MAX_ITEM_LENGTH = 64 * 1024;
const EXCERPT_LENGTH = 4_000;
const BETWEEN_OBJECTS = /(?<=\})\s*,\s*(?=\{)/;

/** A text beside the data that is longer than this is no remark for people. */
const MAX_REMARK_LENGTH = 256;
/** A list or an object with something in it, also as a text of its own. */
const FILLED = /^"?\s*[[{]\s*[^\]}\s]/;
/** A field that reports have, also in a text within the text. */
const FIELD_OF_REPORT = /"(?:state|mobile|imsId|customIms?Id)\\*"\s*:/i;

/** What the data of an answer is; `none`: absent, `null` or an empty text. */
export type DataKind = 'list' | 'object' | 'none' | 'other';

/** What stands beside code and data: nothing that counts, values that may hold something, or what looks like reports. */
export type Beside = 'nothing' | 'values' | 'reports';

/** Where the scanner stands: outside of values, or within one that it captures. */
type Place = 'start' | 'members' | 'colon' | 'before-value' | 'list' | 'end' | 'no-json' | 'key' | 'value' | 'item';

/** Where a list or an object begins only if something is wrong, such as a second answer behind the first. */
const HAS_NO_BRACKETS: ReadonlySet<Place> = new Set(['members', 'colon', 'end']);

/**
 * Finds the items in an answer's text, `{"code": …, "data": [item, …]}`, piece by piece as it comes in, and in one that is cut or
 * damaged as well.
 *
 * - It looks at brackets and quotes alone: whether an item is JSON is for others to see. So one bad item is one bad item.
 * - A list without an answer around it counts as data.
 * - It keeps one item at a time, and of one that is absurdly long the beginning.
 */
export class ItemScanner {
  /** The JSON text of `code`; `null`: there was none. */
  code: string | null = null;
  data: DataKind = 'none';
  beside: Beside = 'nothing';
  private place: Place = 'start';
  private key = '';
  private captured = '';
  private isTooLong = false;
  /** The answer's bracket has come where a comma should be: a damaged item has taken the list's for its own. */
  private isPastItems = false;
  private readonly tracker = new ValueTracker();

  /** Whether the answer came to its end. */
  get isWhole(): boolean {
    return this.place === 'end' || (this.place === 'list' && this.isPastItems);
  }

  /** The item under way: what is cut, or has swallowed all that came behind it. */
  get pending(): string {
    return this.place === 'item' || (this.place === 'value' && this.key === 'data') ? this.captured : '';
  }

  /** Takes the next piece; gives the texts of the items that are complete with it. */
  feed(text: string): string[] {
    const items: string[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const character = text.charCodeAt(at);
      if (!this.isCapturing) {
        if (isBlank(character) || !this.isBeginOfValue(character)) continue;
        from = at;
        this.tracker.begin();
      }
      const step = this.tracker.step(character);
      if (step === 'inside') {
        at = this.tracker.nextStep(text, at + 1) - 1;
        continue;
      }
      this.capture(text.slice(from, step === 'last' ? at + 1 : at));
      this.complete(items);
      // That character belongs to what is around the value.
      if (step === 'beyond') at--;
    }
    if (this.isCapturing) this.capture(text.slice(from));
    return this.captured.length > MAX_ITEM_LENGTH ? [...items, ...this.shorten()] : items;
  }

  private get isCapturing(): boolean {
    return this.place === 'key' || this.place === 'value' || this.place === 'item';
  }

  /** Reads what stands around values. */
  private isBeginOfValue(character: number): boolean {
    const sign = String.fromCharCode(character);
    if (HAS_NO_BRACKETS.has(this.place) && (sign === '[' || sign === '{')) this.beside = 'reports';
    switch (this.place) {
      case 'start':
        this.place = sign === '{' ? 'members' : sign === '[' ? 'list' : 'no-json';
        if (sign === '[') this.data = 'list';
        return false;
      case 'members':
        if (sign === '}') this.place = 'end';
        if (sign === '"') this.place = 'key';
        return sign === '"';
      case 'colon':
        if (sign === ':') this.place = 'before-value';
        return false;
      case 'before-value':
        return this.isBeginOfMember(sign);
      case 'list':
        if (sign === ']') this.place = this.key === 'data' ? 'members' : 'end';
        this.isPastItems = sign === '}';
        if (sign === ']' || sign === ',' || sign === '}') return false;
        this.place = 'item';
        return true;
      default:
        return false;
    }
  }

  private isBeginOfMember(sign: string): boolean {
    if (sign === '}') this.place = 'end';
    else if (sign === ',') this.place = 'members';
    else if (this.key === 'data' && sign === '[') {
      this.data = 'list';
      this.place = 'list';
    } else this.place = 'value';
    return this.place === 'value';
  }

  private capture(text: string): void {
    if (!this.isTooLong) this.captured += text;
  }

  private complete(items: string[]): void {
    const { captured, place } = this;
    this.captured = '';
    this.isTooLong = false;
    if (place === 'item') {
      items.push(captured);
      this.place = 'list';
    } else if (place === 'key') {
      this.key = captured.slice(1, -1);
      this.place = 'colon';
    } else {
      this.place = 'members';
      if (this.key === 'code') this.code = captured;
      else if (this.key !== 'data') this.lookBeside(captured);
      else this.readData(captured, items);
    }
  }

  private readData(value: string, items: string[]): void {
    this.data = value.startsWith('{') ? 'object' : /^(?:null|"\s*")$/.test(value) ? 'none' : 'other';
    if (this.data === 'object') items.push(value);
    // Another `data` may follow.
    if (this.data === 'other') this.lookBeside(value);
  }

  private lookBeside(value: string): void {
    if (FIELD_OF_REPORT.test(value)) this.beside = 'reports';
    const isFilled = FILLED.test(value) || value.length > MAX_REMARK_LENGTH;
    if (isFilled && this.beside === 'nothing') this.beside = 'values';
  }

  /** Of what is too long for an item: one that has swallowed its neighbours gives them back. */
  private shorten(): string[] {
    const found = this.place === 'item' ? splitItems(this.captured) : [];
    const last = found.pop();
    if (last === undefined || found.length === 0) {
      this.captured = this.captured.slice(0, EXCERPT_LENGTH);
      this.isTooLong = true;
      return [];
    }
    this.captured = '';
    this.place = 'list';
    return [...found, ...this.feed(last)];
  }
}

/** What an item that is no JSON may have swallowed: a quote too few or too many hides where the next one begins. */
export function splitItems(text: string): string[] {
  return text.split(BETWEEN_OBJECTS);
}
