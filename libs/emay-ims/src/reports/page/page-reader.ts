import type { ReceivedPage } from '../../client/index.js';
import type { ResolvedEmayImsOptions } from '../../options/module-options.js';
import {
  parseAnswerJson,
  readToken,
  reportItemReader,
  type DeliveryReport,
  type MalformedReport,
} from '../../protocol/index.js';
import { charsetsOf, decoded, SAMPLE_BYTES, type Charset } from './charset.js';
import { ItemReading, type ReadItem } from './item-reading.js';
import type { ItemScanner } from './item-scanner.js';
import { headOf, packingsOf, unpacked, type Packing } from './unpacking.js';

/** Items that are applied at a time; the gateway hands out no more. */
const PART_ITEMS = 500;
/** A page up to here is read once; of a longer one no more is kept than a part, and it is read again. Most have 150 kB. */
const SHORT_LENGTH = 1024 * 1024;
const SHORT_ITEMS = 5_000;

/** So many bad items of one page are given out. A page with more is none that the gateway makes: it is kept as it came. */
export const MAX_MALFORMED = 1_000;

/** Some items of a page, in their order. */
export interface ReportPart {
  reports: DeliveryReport[];
  malformed: MalformedReport[];
  /** Bad items beyond those that are given out. */
  more: number;
  /** How many items of the page are read with this part. */
  upTo: number;
}

/** What a page says. */
export interface PageReading {
  /** `reports`: what `parts` gives, whatever `code` says. `error`: no, with `code`. `unreadable`: nothing can be made of it. */
  kind: 'reports' | 'error' | 'unreadable';
  code: string | null;
  /** How many items it holds, bad ones included. */
  items: number;
  /** How many of those are bad. */
  malformed: number;
  /** Whether it ends where an answer ends. */
  isWhole: boolean;
  /** Whether it may hold reports that are none of its items, or more than is kept of a bad one. */
  mayHoldMore: boolean;
  /** Its items, but for the first `from`. */
  parts(from?: number): AsyncIterable<ReportPart>;
}

type Items = AsyncIterable<readonly ReadItem[]>;

/**
 * Reads pages of delivery reports as they came: packed or not, in whatever charset, cut, damaged, of any size.
 *
 * - Every item that is whole in the bytes is given out.
 * - Of a long page it holds no more than the bytes and a part of what they say, and others get their turn meanwhile.
 */
export class PageReader {
  constructor(private readonly options: Pick<ResolvedEmayImsOptions, 'protocol' | 'http'>) {}

  async read(page: ReceivedPage): Promise<PageReading> {
    let best: PageReading | null = null;
    for (const packings of await packingsOf(page.body, page.contentEncoding)) {
      const head = await headOf(page.body, packings, SAMPLE_BYTES);
      for (const charset of charsetsOf(head, page.contentType)) {
        const reading = await this.readAs(page, packings, charset);
        if (reading === null) continue;
        const isBetter = best?.kind === 'unreadable' && reading.kind !== 'unreadable';
        if (best === null || isBetter || reading.items > best.items) best = reading;
        // What can be read strictly is in that charset, however little of it has come.
        if (charset.isStrict || reading.isWhole) break;
      }
      if (best !== null && best.kind !== 'unreadable') break;
    }
    return best as PageReading;
  }

  /** `null` where the bytes are not in that charset. */
  private async readAs(
    page: ReceivedPage,
    packings: readonly Packing[],
    charset: Charset,
  ): Promise<PageReading | null> {
    const maxLength = Math.max(page.body.length, this.options.http.maxResponseBytes);
    const newReading = () =>
      new ItemReading(
        decoded(unpacked(page.body, packings), charset),
        reportItemReader(this.options.protocol),
        maxLength,
      );
    const reading = newReading();
    let kept: ReadItem[] | null = [];
    let items = 0;
    let malformed = 0;
    try {
      for await (const some of reading.items()) {
        items += some.length;
        for (const item of some) if ('reason' in item) malformed++;
        if (reading.length > SHORT_LENGTH || items > SHORT_ITEMS) kept = null;
        kept?.push(...some);
      }
    } catch (error) {
      if (isOfAnotherCharset(error)) return null;
      throw error;
    }
    const { scanner, isWhole } = reading;
    const mayHoldMore = isWhole && holdsMore(reading);
    const short = kept;
    return {
      ...judge(reading, { hasReports: items > malformed, mayHoldMore }, headerCodeOf(page, scanner)),
      items,
      malformed,
      isWhole,
      mayHoldMore,
      parts: (from = 0) => inParts(short === null ? newReading().items() : once(short), from),
    };
  }
}

function judge(
  { scanner, isWhole }: ItemReading,
  { hasReports, mayHoldMore }: { hasReports: boolean; mayHoldMore: boolean },
  headerCode: string | null,
): Pick<PageReading, 'kind' | 'code'> {
  const isCutList = scanner.data === 'list' && !isWhole;
  const bodyCode = scanner.code === null ? null : readToken(parseAnswerJson(scanner.code));
  const code = bodyCode ?? headerCode;
  // Reports are reports, also where what should stand before them is missing, or is a no: the gateway has forgotten them.
  if (hasReports) return { kind: 'reports', code };
  if (mayHoldMore) return { kind: 'unreadable', code };
  // A no that breaks off within a list has handed something out.
  if (code !== null && code !== 'SUCCESS' && !isCutList) return { kind: 'error', code };
  return { kind: code !== null && scanner.data !== 'other' ? 'reports' : 'unreadable', code };
}

/** Beside data that say themselves that they are empty, and beside a no, values count only if they look like reports. */
function holdsMore({ scanner, hasUnreadItem }: ItemReading): boolean {
  const isSaidToBeEmpty = scanner.data === 'list' || !/SUCCESS/.test(scanner.code ?? '');
  return hasUnreadItem || scanner.beside === 'reports' || (scanner.beside === 'values' && !isSaidToBeEmpty);
}

/** Beside a code in the header there may be nothing, or the bare list. A body that is anything else, nobody has understood. */
function headerCodeOf({ body, headerCode }: ReceivedPage, { data }: ItemScanner): string | null {
  return data === 'list' || body.length === 0 ? readToken(headerCode) : null;
}

async function* inParts(items: Items, from: number): AsyncGenerator<ReportPart> {
  const newPart = (): ReportPart => ({ reports: [], malformed: [], more: 0, upTo: position });
  let position = 0;
  let malformed = 0;
  let part = newPart();
  for await (const some of items) {
    for (const item of some) {
      const isBad = 'reason' in item;
      if (isBad) malformed++;
      if (position++ < from) continue;
      part.upTo = position;
      if (!isBad) part.reports.push(item);
      else if (malformed <= MAX_MALFORMED) part.malformed.push(item);
      else part.more++;
      if (part.reports.length + part.malformed.length < PART_ITEMS) continue;
      yield part;
      part = newPart();
    }
  }
  if (part.upTo > from && part.reports.length + part.malformed.length + part.more > 0) yield part;
}

async function* once(items: readonly ReadItem[]): AsyncGenerator<readonly ReadItem[]> {
  yield items;
}

function isOfAnotherCharset(error: unknown): boolean {
  return (Object(error) as { code?: unknown }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA';
}
