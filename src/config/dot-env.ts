import { existsSync } from 'node:fs';
import { StartError } from '../start/start-error.js';
import { errorCode } from './error-code.js';

const DOT_ENV = '.env';

/**
 * Adds the variables of the file `.env` in the current folder, if there is one; those of the environment come first.
 *
 * @throws StartError where it cannot be read
 */
export function loadDotEnv(): void {
  if (!existsSync(DOT_ENV)) return;
  try {
    process.loadEnvFile(DOT_ENV);
  } catch (error) {
    const code = errorCode(error);
    throw new StartError(`The file .env cannot be read (${code}). Let this user read it, or take it away.`, code);
  }
}
