import { expect, it } from '@jest/globals';
import { describeInChromium, useOperatorPage } from './operator-page.js';

describeInChromium("the operator's page: accounts", (browser) => {
  const current = useOperatorPage(browser, {
    accounts: [
      { appId: 'first', secretKey: 'key-of-the-first', allowedIps: ['127.0.0.1', '10.1.*'] },
      { appId: 'second', secretKey: 'key-of-the-second' },
    ],
  });

  it('shows each with its addresses and what waits for it, and never a key', async () => {
    const { page, bench } = current();
    bench.simulator.pushReport('second', { state: 'DELIVRD' });
    await page.locator('#account-rows').getByText('1', { exact: true }).waitFor();
    expect((await page.locator('#account-rows tr').allInnerTexts()).map((row) => row.split('\t'))).toEqual([
      ['first', '127.0.0.1, 10.1.*', '0'],
      ['second', 'any', '1'],
    ]);
    expect(await page.content()).not.toContain('key-of');
  });
});
