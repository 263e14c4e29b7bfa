import { expect, it } from '@jest/globals';
import { describeInChromium, useSimulatorPage } from './simulator-page.js';

describeInChromium("the simulator's page: accounts", (browser) => {
  const current = useSimulatorPage(browser, {
    accounts: [
      { appId: 'first', secretKey: 'key-of-the-first', allowedIps: ['127.0.0.1', '10.1.*'] },
      { appId: 'second', secretKey: 'key-of-second-16' },
    ],
  });

  it('shows each with its addresses and what waits for it, and never a key', async () => {
    const { page, bench } = current();
    bench.simulator.pushReport('second', { state: 'DELIVRD' });
    await page.locator('#account-rows').getByText('1', { exact: true }).waitFor();
    expect((await page.locator('#account-rows tr').allInnerTexts()).map((row) => row.split('\t').slice(0, 3))).toEqual([
      ['first', '127.0.0.1, 10.1.*', '0'],
      ['second', 'any', '1'],
    ]);
    expect(await page.content()).not.toContain('key-of');
  });

  it('pushes to an address, and shows no more of it than the host', async () => {
    const { page, bench } = current();
    const input = page.getByLabel('second push', { exact: true });
    const address = () => bench.simulator.accountSettings('second').push?.url;
    await input.fill('http://127.0.0.1:1/push/s3cret');
    await input.blur();
    await current().settles(async () => Promise.resolve(address() === 'http://127.0.0.1:1/push/s3cret'));
    await current().settles(async () => (await input.inputValue()) === 'http://127.0.0.1:1');
    await input.fill('');
    await input.blur();
    await current().settles(async () => Promise.resolve(address() === undefined));
  });

  it('switches what an account can have, and shows what was switched elsewhere', async () => {
    const { page, bench } = current();
    const input = (name: string) => page.getByLabel(`second ${name}`, { exact: true });
    const settings = () => bench.simulator.accountSettings('second');
    await input('outOfBalance').check();
    await input('poisoned').check();
    await input('reports').selectOption('held');
    await current().settles(async () => Promise.resolve(settings().reports === 'held'));
    expect(settings()).toEqual({ outOfBalance: true, reports: 'held', poisoned: true, push: null });
    expect(bench.simulator.accountSettings('first')).toEqual({
      outOfBalance: false,
      reports: 'pulled',
      poisoned: false,
      push: null,
    });

    bench.simulator.changeAccount({ outOfBalance: false, reports: 'pushed' });
    await current().settles(async () => !(await input('outOfBalance').isChecked()));
    expect(await input('reports').inputValue()).toBe('pushed');
    await input('poisoned').uncheck();
    await current().settles(async () => Promise.resolve(!settings().poisoned));
  });
});
