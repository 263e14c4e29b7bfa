import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import { ArgumentError } from './argument-error.js';

/** Throws an `ArgumentError` when there is no such file or no JSON in it. */
export function readJsonFile(flag: string, path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const reason = types.isNativeError(error) ? error.message.split(',', 1)[0] : String(error);
    throw new ArgumentError(`${flag}: ${path} cannot be read (${reason}); write the path of a JSON file.`);
  }
  try {
    // A file from an editor on Windows may begin with a byte order mark.
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return value;
  } catch (error) {
    // The parser's message may quote the file, and with it a key: only the place is told.
    const place = types.isNativeError(error) ? /position \d+/.exec(error.message)?.[0] : undefined;
    throw new ArgumentError(`${flag}: ${path} is not JSON${place === undefined ? '' : `, see ${place}`}; correct it.`);
  }
}
