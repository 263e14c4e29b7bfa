import { createHash } from 'node:crypto';
import { UsageError } from '../command-errors.js';
import { assertDecoded } from '../undecoded.js';
import { textIdentity } from './message-text.js';

const MAX_NAME_LENGTH = 100;
/** Not a hex digit: the module's own ids are hex, so they never fall among a campaign's. */
const MARK = 'c';
const TAG_DIGITS = 9;
const ROW_DIGITS = 22;

/**
 * A name that makes sending repeatable: within a campaign the same text goes to the same number once, however often, in
 * whatever order and from whichever file its rows come.
 *
 * - An id is the mark, nine digits of the campaign and 22 of campaign, number and text: 32 characters.
 * - What saving a table anew may change in a text (line ends, blanks around it, composed letters) does not count. Versions
 *   that it did count for have given such texts other ids: `keepInQueue` finds those by number and text.
 * - So the messages of a campaign lie side by side in the primary key, and can be counted.
 * - Two spellings of a name that look the same are one campaign.
 */
export class Campaign {
  /** Without blanks around it, its letters composed (NFC): keyboards and file names differ in that. */
  readonly name: string;
  /**
   * Where its messages lie in the primary key: first those of its name. The others are of versions that took the name as it
   * was written, perhaps decomposed.
   */
  readonly idRanges: readonly IdRange[];
  private readonly prefix: string;

  /** @throws UsageError for an empty or overlong name, or one that was not decoded: two names would be one campaign */
  constructor(written: string) {
    this.name = written.trim().normalize('NFC');
    if (this.name === '' || this.name.length > MAX_NAME_LENGTH) {
      throw new UsageError(
        `--campaign must be a name of 1 to ${MAX_NAME_LENGTH} characters, such as spring-sale-2030.`,
      );
    }
    assertDecoded({ '--campaign': this.name });
    this.prefix = prefixOf(this.name);
    this.idRanges = [...new Set([this.name, written, this.name.normalize('NFD')])].map(idRangeOf);
  }

  /** @param mobile E.164 */
  idOf(mobile: string, content: string): string {
    return this.prefix + digits([this.name, mobile, textIdentity(content)]).slice(0, ROW_DIGITS);
  }
}

/** The lowest and the highest id that a message can have. */
export interface IdRange {
  first: string;
  last: string;
}

function idRangeOf(name: string): IdRange {
  const prefix = prefixOf(name);
  return { first: prefix + '0'.repeat(ROW_DIGITS), last: prefix + 'f'.repeat(ROW_DIGITS) };
}

function prefixOf(name: string): string {
  return MARK + digits([name]).slice(0, TAG_DIGITS);
}

/** JSON keeps the parts apart: no two lists of texts have one spelling. */
function digits(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
