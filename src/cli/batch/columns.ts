import { UsageError } from '../command-errors.js';

/** What the column of numbers is often called; compared without case, blanks, dashes and underscores. */
const MOBILE_NAMES = new Set(
  (
    'mobile mobilenumber mobilephone phone phonenumber number msisdn recipient to tel telephone cell cellphone ' +
    '手机 手机号 手机号码 移动电话 电话 电话号码 号码 联系电话 收件人'
  ).split(' '),
);

/** What is longer is rather a text. */
const MAX_NAME_LENGTH = 40;
/** Rather a number, in whatever country. */
const MANY_DIGITS = /(?:\p{Nd}.*){5}/su;

/** Whether a column of this name may hold the numbers. */
export function isMobileName(name: string): boolean {
  return MOBILE_NAMES.has(
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_-]/g, ''),
  );
}

/** The names of a table's columns, as its first row or, without one, their positions give them. */
export class Columns {
  constructor(readonly names: readonly string[]) {}

  /** In other case too, where that is clear. @throws UsageError where there is no such column, or more than one */
  indexOf(name: string): number {
    const wanted = name.trim().normalize('NFC');
    const isWanted = this.names.includes(wanted)
      ? (one: string) => one === wanted
      : (one: string) => one.toLowerCase() === wanted.toLowerCase();
    const index = this.names.findIndex(isWanted);
    if (index < 0) throw new UsageError(`There is no column "${name}". ${this.listed()}`);
    if (this.names.slice(index + 1).some(isWanted)) {
      throw new UsageError(`There are several columns "${name}": give each a name of its own.`);
    }
    return index;
  }

  /** The column of numbers, by its name. @throws UsageError where none or more than one looks like it */
  indexOfMobile(): number {
    const found = this.names.filter(isMobileName);
    if (found.length === 1 && found[0] !== undefined) return this.indexOf(found[0]);
    throw new UsageError(
      `${found.length > 1 ? `More than one column may hold the numbers: ${found.join(', ')}` : 'No column is called mobile, phone, 手机号 or the like'}: ` +
        `name it with --to-column. ${this.listed()} If the first row is no header, add --no-header; the columns are then called 1, 2, ….`,
    );
  }

  private listed(): string {
    // Numbers and texts have no place on stderr.
    if (this.names.some((name) => name.length > MAX_NAME_LENGTH || MANY_DIGITS.test(name))) {
      return 'The first row looks like a recipient: if it is no header, add --no-header.';
    }
    return `The columns are: ${this.names.map((name) => `"${name}"`).join(', ')}.`;
  }
}
