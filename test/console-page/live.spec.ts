import { expect, it } from '@jest/globals';
import { describePage, useConsole } from './console-in-chromium.js';
import { makeMessage, makeOverview } from './seed.js';

describePage("the console's page: staying current", (browser) => {
  const current = useConsole(browser);

  it('takes totals and pulse from the stream', async () => {
    const { page, api } = current();
    await current().goto('overview');
    await current().settles(() => api.watchers === 1);
    await current().sees('Messages over time');
    api.push('totals', { counts: { ...makeOverview().totals, UNCONFIRMED: 4_321 }, asOf: new Date().toISOString() });
    await page.getByRole('link', { name: /^Doubts.*4,321/ }).waitFor();
    api.push('pulse', { ...makeOverview().status, circuitOpenFor: 'ERROR_SIGN' });
    await current().sees('circuit open: ERROR_SIGN');
    await current().sees('live');
  });

  it('lets no row jump: new ones wait behind a button, a shown one changes in its place', async () => {
    const { page, api } = current();
    await current().goto('messages');
    await current().settles(() => api.watchers === 1);
    await current().sees('order-4799');
    api.messages.unshift(makeMessage(0, { customImsId: 'order-5000' }));
    api.push('message', [
      { customImsId: 'order-5000', state: 'QUEUED' },
      { customImsId: 'order-4799', state: 'DELIVERED' },
    ]);
    await page.getByRole('button', { name: '1 new or changed' }).waitFor();
    expect(await page.getByText('order-5000').count()).toBe(0);
    await page
      .getByRole('row', { name: /order-4799/ })
      .getByText('DELIVERED')
      .waitFor();
    await page.getByRole('button', { name: '1 new or changed' }).click();
    await current().sees('order-5000');
  });

  it('asks now and then where there is no stream, and follows it again once there is', async () => {
    const { api } = current();
    api.hasStream = false;
    await current().goto('overview');
    await current().sees('every 10 s');
    const before = api.askedOf('overview').length;
    await current().settles(() => api.askedOf('overview').length > before);
    api.hasStream = true;
    await current().settles(() => api.watchers === 1);
    await current().sees('live');
  });

  it('opens the stream anew where it broke', async () => {
    const { api } = current();
    await current().goto('overview');
    await current().settles(() => api.watchers === 1);
    api.dropStreams();
    await current().settles(() => api.watchers === 0);
    await current().settles(() => api.watchers === 1);
  });

  it('is quiet while paused', async () => {
    const { page, api } = current();
    await current().goto('overview');
    await current().settles(() => api.watchers === 1);
    await page.getByRole('button', { name: 'Pause' }).click();
    await current().settles(() => api.watchers === 0);
    await current().sees('paused');
    await page.getByRole('button', { name: 'Resume' }).click();
    await current().settles(() => api.watchers === 1);
  });

  it('closes the stream in a tab that nobody sees', async () => {
    const { page, api } = current();
    await current().goto('overview');
    await current().settles(() => api.watchers === 1);
    const hide = (isHidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
        document.dispatchEvent(new Event('visibilitychange'));
      `);
    await hide(true);
    await current().settles(() => api.watchers === 0);
    await hide(false);
    await current().settles(() => api.watchers === 1);
  });

  it('keeps old figures, dimmed, where they cannot be refreshed', async () => {
    const { page, api } = current();
    await current().goto('countries/AU');
    await current().sees('+6149');
    api.refusals.set('countries', { status: 503, code: 'STORE' });
    api.hasStream = false;
    api.dropStreams();
    await current().sees('This could not be refreshed; what you see is older. The database does not answer.');
    await current().sees('+6149');
    api.refusals.clear();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('This could not be refreshed').waitFor({ state: 'detached' });
  });

  it('offers to load anew when another build is served', async () => {
    const { page, api } = current();
    await current().goto('overview');
    await current().settles(() => api.watchers === 1);
    api.me = { ...api.me, build: 'two' };
    api.push('bye', { reason: 'access' });
    await current().sees('A new version of this page is there.');
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByText('A new version of this page is there.').waitFor({ state: 'detached' });
  });

  it('shows grey lines only where an answer is slow', async () => {
    const { page, api } = current();
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (answer = resolve));
    // Not before the lines were seen, however long that takes; then what it always answers.
    api.answers.set('countries', () => asked.then(() => undefined));
    await current().goto('countries');
    await page.locator('.bone').first().waitFor();
    answer();
    await current().sees('Singapore');
    expect(await page.locator('.bone').count()).toBe(0);
  });

  it('remembers language, zone and theme', async () => {
    const { page } = current();
    await current().goto('overview');
    await page.getByLabel('Settings').click();
    await page.getByRole('button', { name: 'Dark' }).click();
    await page.getByRole('button', { name: 'UTC' }).click();
    await page.getByRole('button', { name: '中文' }).click();
    await page.reload();
    await current().heading('概览');
    // The state's own word, and its name in Chinese: nobody has to point at it.
    await page.getByRole('row', { name: /^UNCONFIRMED 结果不明/ }).waitFor();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await page
      .getByText(/^截至 .* UTC$/)
      .first()
      .waitFor();
  });

  it('tells the figures of a chart as a table, too', async () => {
    const { page } = current();
    await current().goto('countries/AU');
    await page.locator('.chart canvas').first().waitFor();
    await page.getByText('Show as a table').first().click();
    await page.getByRole('table', { name: 'Messages by state over time' }).getByRole('row').nth(48).waitFor();
  });
});
