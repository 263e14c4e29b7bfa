import { loadDotEnv } from '../config/dot-env.js';
import { readEnvironment, type Environment } from '../config/environment.js';
import { UsageError } from './command-errors.js';

/**
 * The configuration of the service that is started in the current directory: its variables and its `.env` file.
 *
 * @throws UsageError with a sentence for each wrong variable, without its value
 */
export function readConfiguration(): Environment {
  try {
    loadDotEnv();
    return readEnvironment(process.env);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The environment could not be read.');
  }
}
