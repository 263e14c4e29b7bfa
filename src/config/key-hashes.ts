import { createHash } from 'node:crypto';

const HASH = /^[0-9a-f]{64}$/;
/** Letters of any script, digits, and blanks between: an audit shows it, so nothing that cannot be seen or turns a line around. */
const NAME = /^[\p{L}\p{M}\p{N}_.@-]+(?: [\p{L}\p{M}\p{N}_.@-]+)*$/u;
/** As long as an actor of the console may be. */
const MAX_NAME_LENGTH = 128;
/** What `printf %s "$key" | sha256sum` says where `key` is not set: nobody's key. */
const OF_NO_KEY = createHash('sha256').digest('hex');

/** For `@Transform`: hashes separated by commas, as `isHashes` wants them: in lower case, without blanks. */
export function readHashes({ value }: { value: unknown }): unknown {
  return typeof value === 'string' ? partsOf(value).join(',').toLowerCase() : value;
}

/** For `@Transform`: `name:hash` separated by commas, as `isOperators` wants them. Names that look the same are the same (NFC). */
export function readOperators({ value }: { value: unknown }): unknown {
  if (typeof value !== 'string') return value;
  const operators = partsOf(value).map((operator) => {
    const [name = '', ...hash] = operator.split(':').map((part) => part.trim());
    return [name.normalize('NFC'), ...hash.map((part) => part.toLowerCase())].join(':');
  });
  return operators.join(',');
}

export function isHashes(value: unknown): boolean {
  return typeof value === 'string' && value.split(',').every((hash) => HASH.test(hash));
}

export function isOperators(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return value.split(',').every((operator) => {
    const [name = '', hash = '', ...more] = operator.split(':');
    return name.length <= MAX_NAME_LENGTH && NAME.test(name) && HASH.test(hash) && more.length === 0;
  });
}

/** In either form. */
export function holdsHashOfNoKey(value: unknown): boolean {
  return String(value).includes(OF_NO_KEY);
}

function partsOf(list: string): string[] {
  return list.split(',').map((part) => part.trim());
}
