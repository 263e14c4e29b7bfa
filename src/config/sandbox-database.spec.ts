import { describe, expect, it } from '@jest/globals';
import { sandboxDatabaseUrl } from './sandbox-database.js';

describe('sandboxDatabaseUrl', () => {
  it.each([
    [undefined, 'sqlite:./data/sandbox.sqlite'],
    ['sqlite:./data/ims.sqlite', 'sqlite:./data/sandbox-ims.sqlite'],
    ['sqlite:./data/sandbox.sqlite', 'sqlite:./data/sandbox.sqlite'],
    ['postgres://db/sms', 'postgres://db/sms'],
  ])('of %s is %s', (given, url) => {
    expect(sandboxDatabaseUrl(given)).toBe(url);
  });
});
