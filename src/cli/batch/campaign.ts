import { createHash } from 'node:crypto';
import { UsageError } from '../command-errors.js';
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
 */
export class Campaign {
  private readonly prefix: string;

  /** @throws UsageError for an empty or overlong name */
  constructor(readonly name: string) {
    if (name.trim() === '' || name.length > MAX_NAME_LENGTH) {
      throw new UsageError(
        `--campaign must be a name of 1 to ${MAX_NAME_LENGTH} characters, such as spring-sale-2030.`,
      );
    }
    this.prefix = MARK + digits([name]).slice(0, TAG_DIGITS);
  }

  /** @param mobile E.164 */
  idOf(mobile: string, content: string): string {
    return this.prefix + digits([this.name, mobile, textIdentity(content)]).slice(0, ROW_DIGITS);
  }

  /** The lowest id a message of this campaign can have. */
  get firstId(): string {
    return this.prefix + '0'.repeat(ROW_DIGITS);
  }

  /** The highest. */
  get lastId(): string {
    return this.prefix + 'f'.repeat(ROW_DIGITS);
  }
}

/** JSON keeps the parts apart: no two lists of texts have one spelling. */
function digits(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
