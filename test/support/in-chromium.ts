import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** In a page, before its scripts: keeps what its content policy refused in `window.violations`. */
export const WATCH_VIOLATIONS = `
  window.violations = [];
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    window.violations.push(violatedDirective + ' ' + blockedURI));
`;

/** A block of tests in a real browser. Where there is none it is skipped, and its name says why; in CI it fails. */
export function describeInChromium(name: string, tests: (browser: () => Browser) => void): void {
  const isThere = existsSync(CHROMIUM);
  const block = isThere || process.env.CI === 'true' ? describe : describe.skip;
  const title = isThere ? name : `${name} (there is no ${CHROMIUM}: install Chromium or set CHROMIUM_PATH)`;
  block(title, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      if (!isThere) throw new Error(`There is no ${CHROMIUM}: install Chromium or set CHROMIUM_PATH.`);
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    });
    tests(() => browser!);
    afterAll(() => browser?.close());
  });
}
