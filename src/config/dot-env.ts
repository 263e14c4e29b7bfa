import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { StartError } from '../start/start-error.js';
import { errorCode } from './error-code.js';
import { valueOf } from './variable-values.js';

const VARIABLE = /^[\w.-]+\s*=/;
/** A value that begins with a quote of which there is no second one. */
const OPEN_QUOTE = /^[\w.-]+\s*=\s*(["'`])(?!.*\1)/;

/**
 * Adds the variables of the file `.env` in the current folder, if there is one. Those of the environment come first, where
 * they are not empty.
 *
 * @throws StartError where it cannot be read as a whole: what is missing would make a sandbox of the service, or another
 *   database
 */
export function loadDotEnv(path = '.env', variables: NodeJS.ProcessEnv = process.env): void {
  if (!existsSync(path)) return;
  // Not process.loadEnvFile: an empty variable would hide the file's.
  for (const [name, value] of Object.entries(parsed(textOf(bytesOf(path))))) {
    if (valueOf(variables[name]) === undefined) variables[name] = value;
  }
}

function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = errorCode(error);
    throw new StartError(`The file .env cannot be read (${code}). Let this user read it, or take it away.`, code);
  }
}

/** Without the byte order mark. */
function textOf(bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Told below.
  }
  throw new StartError(
    'The file .env is not in UTF-8 (PowerShell writes UTF-16, for example). Save .env as UTF-8.',
    'NOT_UTF_8',
  );
}

/** Line by line: the parser would read on where a quote is not closed, and knows lines without `=` only by its release. */
function parsed(text: string): NodeJS.Dict<string> {
  const variables: NodeJS.Dict<string> = {};
  for (const line of text.split(/\r\n?|\n/)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const variable = line.replace(/^\s*(?:export\s+)?/, '');
    const values = VARIABLE.test(variable) ? Object.entries(parseEnv(variable)) : [];
    if (values.length !== 1 || OPEN_QUOTE.test(variable)) throw wrongLine();
    Object.assign(variables, Object.fromEntries(values));
  }
  return variables;
}

function wrongLine(): StartError {
  return new StartError(
    'A line of the file .env cannot be read: each is NAME=value, # comment or empty, and a quote ends in its line.',
    'WRONG_LINE',
  );
}
