import { existsSync } from 'node:fs';
import { readEnvironment, type Environment } from '../config/environment.js';
import { UsageError } from './command-errors.js';

const DOT_ENV = '.env';

/**
 * The configuration of the service that is started in the current directory: its variables and its `.env` file.
 *
 * @throws UsageError with a sentence for each wrong variable, without its value
 */
export function readConfiguration(): Environment {
  if (existsSync(DOT_ENV)) process.loadEnvFile(DOT_ENV);
  try {
    return readEnvironment(process.env);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The environment could not be read.');
  }
}
