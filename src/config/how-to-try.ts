import type { Environment } from './environment.js';

/**
 * A first message and a look at it, to be pasted into a shell. Where a key is asked for, it is in a variable of that shell:
 * the service knows hashes alone, and a log is no place for a key.
 */
export function howToTry(url: string, { API_KEY_HASHES }: Pick<Environment, 'API_KEY_HASHES'>): string {
  const key = API_KEY_HASHES === undefined ? '' : ' -H "Authorization: Bearer $API_KEY"';
  return (
    `Try: curl -s ${url}/api/messages${key} -H 'Content-Type: application/json' ` +
    `-d '{"mobile":"+61 422 118 000","content":"Hello"}'   then: curl -s${key} ${url}/api/stats` +
    (key === '' ? '' : '   (API_KEY: one of your keys)')
  );
}
