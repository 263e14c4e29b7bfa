import { setImmediate as immediately } from 'node:timers/promises';
import {
  malformedReport,
  parseAnswerJson,
  type DeliveryReport,
  type MalformedReport,
  type ReportItemReader,
} from '../../protocol/index.js';
import { ItemScanner, splitItems } from './item-scanner.js';

/** An item of a page, read. */
export type ReadItem = DeliveryReport | MalformedReport;

/** How long to work in one go: everybody else in this process waits meanwhile. */
const STRETCH_MS = 20;
/** Where an item within a damaged one may begin: looked for so often. */
const MAX_BEGINNINGS = 8;

/** One pass over the text of a page, which reads its items in their order. */
export class ItemReading {
  readonly scanner = new ItemScanner();
  /** Whether the text ended where an answer ends; known after the last item. */
  isWhole = false;
  /** Whether a bad item may hold reports, or more than is kept of it. */
  hasUnreadItem = false;
  /** Characters so far. */
  length = 0;
  private position = 0;
  private began = performance.now();

  constructor(
    private readonly text: AsyncIterable<string>,
    private readonly readItem: ReportItemReader,
    /** What is beyond is not looked at: it would have been too long unpacked, too. */
    private readonly maxLength: number,
  ) {}

  /** As many at a time as one piece of the text completes. Lets others work in between. */
  async *items(): AsyncGenerator<readonly ReadItem[]> {
    for await (const text of this.text) {
      this.length += text.length;
      const items: ReadItem[] = [];
      for (const item of this.scanner.feed(text)) {
        items.push(...this.read(item));
        if (this.isOthersTurn) await this.letOthersWork();
      }
      yield items;
      if (this.length > this.maxLength) return;
      if (this.isOthersTurn) await this.letOthersWork();
    }
    this.isWhole = this.scanner.isWhole;
    if (this.scanner.pending !== '') yield this.rest(this.scanner.pending);
  }

  private get isOthersTurn(): boolean {
    return performance.now() - this.began >= STRETCH_MS;
  }

  private async letOthersWork(): Promise<void> {
    await immediately();
    this.began = performance.now();
  }

  private read(text: string): ReadItem[] {
    const value = parseAnswerJson(text);
    return value === undefined ? splitItems(text).flatMap((item) => this.readDamaged(item)) : [this.next(value, text)];
  }

  /** What is whole of the item that was under way at the end: all of it where a damaged one has hidden the end of the answer. */
  private rest(pending: string): ReadItem[] {
    const texts = splitItems(pending);
    const last = texts.pop() ?? '';
    const items = texts.flatMap((text) => this.readDamaged(text));
    const found = this.findWhole(last);
    if (found === null) return items;
    // Brackets at the end of a cut item are its own, not those of the answer.
    const { item, endsAnswer } = withoutEnd(last);
    this.isWhole = endsAnswer && parseAnswerJson(item) !== undefined;
    return [...items, ...found];
  }

  private readDamaged(text: string): ReadItem[] {
    return this.findWhole(text) ?? [this.notJson(text)];
  }

  /** One item, perhaps behind another that lacks its end; `null`: none. */
  private findWhole(withEnd: string): ReadItem[] | null {
    const text = withoutEnd(withEnd).item;
    const whole = parseAnswerJson(text);
    if (whole !== undefined) return [this.next(whole, text)];
    let at = 0;
    for (let tries = 0; tries < MAX_BEGINNINGS && (at = text.indexOf('{', at + 1)) > 0; tries++) {
      const item = text.slice(at);
      const value = parseAnswerJson(item);
      if (value !== undefined) return [this.notJson(text.slice(0, at)), this.next(value, item)];
    }
    return null;
  }

  private notJson(text: string): ReadItem {
    return this.malformed(this.position++, 'not JSON', text);
  }

  private malformed(position: number, reason: string, text: string): ReadItem {
    const item = malformedReport(position, reason, text);
    if (item.raw.length < text.trim().length) this.hasUnreadItem = true;
    return item;
  }

  private next(value: unknown, text: string): ReadItem {
    const position = this.position++;
    const read = this.readItem(value, position);
    if (typeof read !== 'string') return read;
    if (isNested(value)) this.hasUnreadItem = true;
    return this.malformed(position, read, text);
  }
}

/** Whether more may lie within it, as in a list of lists. */
function isNested(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return Object.values(Object(value) as object).some((member) => isObject(member) && Object.keys(member).length > 0);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** By hand: a pattern would try a long run of blanks within the item once for each of them. */
function withoutEnd(text: string): { item: string; endsAnswer: boolean } {
  const item = text.trimEnd();
  if (item.endsWith(',')) return { item: item.slice(0, -1).trimEnd(), endsAnswer: false };
  const list = item.endsWith('}') ? item.slice(0, -1).trimEnd() : item;
  return list.endsWith(']') ? { item: list.slice(0, -1).trimEnd(), endsAnswer: true } : { item, endsAnswer: false };
}
