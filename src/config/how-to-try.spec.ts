import { expect, it } from '@jest/globals';
import { howToTry } from './how-to-try.js';

const URL = 'http://127.0.0.1:3000';

it('has the key in every call where one is asked for, as a variable of the shell', () => {
  const line = howToTry(URL, { API_KEY_HASHES: 'ab'.repeat(32) });
  expect(line.match(/-H "Authorization: Bearer \$API_KEY"/g)).toHaveLength(2);
  expect(line).not.toContain('abab');
});

it('has none where nobody asks for one', () => {
  expect(howToTry(URL, {})).not.toContain('Authorization');
});
