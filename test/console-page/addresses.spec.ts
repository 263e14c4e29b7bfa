import { describe, expect, it } from '@jest/globals';
import { describePage, useConsole } from './console-in-chromium.js';

describePage("the console's addresses", (browser) => {
  const current = useConsole(browser);

  it.each(['', 'overview'])('opens the overview at "%s"', async (path) => {
    await current().goto(path);
    await current().heading('Overview');
  });

  it('says so where there is no such page', async () => {
    await current().goto('nowhere/at/all');
    await current().heading('There is no such page');
  });

  it('keeps every filter of the list in the address, and reads it from there', async () => {
    const { page, api } = current();
    await current().goto('messages?state=UNCONFIRMED%2CREJECTED&country=SG');
    await current().sees(/^\d+ messages$/);
    await page.getByRole('button', { name: 'UNCONFIRMED', pressed: true }).waitFor();
    await page.getByLabel('Code', { exact: true }).fill('TIMEOUT');
    await page.getByLabel('Code', { exact: true }).press('Enter');
    await current().settles(() => current().address.includes('code=TIMEOUT'));
    await page.keyboard.type('S');
    expect(await page.getByLabel('Code', { exact: true }).inputValue()).toBe('TIMEOUTS');
    await page.keyboard.press('Backspace');
    await page.getByRole('button', { name: 'REJECTED', pressed: true }).click();
    await current().settles(() => current().address === 'messages?state=UNCONFIRMED&country=SG&code=TIMEOUT');
    await current().settles(() => api.askedOf('messages').at(-1)!.query.get('state') === 'UNCONFIRMED');
    expect(api.askedOf('messages').at(-1)!.query.get('code')).toBe('TIMEOUT');
    await page.goBack();
    await page.getByRole('button', { name: 'REJECTED', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await current().settles(() => current().address === 'messages');
  });

  it('takes times in the zone that is chosen, and sends them as moments', async () => {
    const { page } = current();
    await current().goto('messages');
    const from = page.getByLabel('From', { exact: true });
    await from.fill('2026-11-29T10:00');
    await from.press('Enter');
    await current().settles(() => current().address === 'messages?from=2026-11-29T02%3A00%3A00.000Z');
    // Key by key, each of which makes another time: day and month (either way round), year, time, and where the browser wants it, PM.
    const type = async (...parts: string[]) => {
      for (const [index, part] of parts.entries()) {
        if (index > 0) await page.keyboard.press('ArrowRight');
        await page.keyboard.type(part);
      }
    };
    await page.getByLabel('Code', { exact: true }).focus();
    await from.focus();
    await type('12122026', '1230p');
    expect(current().address).toBe('messages?from=2026-11-29T02%3A00%3A00.000Z');
    await page.getByLabel('Code', { exact: true }).focus();
    await current().settles(() => current().address === 'messages?from=2026-12-12T04%3A30%3A00.000Z');
    await page.goBack();
    await current().settles(async () => (await from.inputValue()) === '2026-11-29T10:00');
    await page.getByLabel('Settings').click();
    await page.getByRole('button', { name: 'UTC' }).click();
    expect(await page.getByLabel('From (UTC)').inputValue()).toBe('2026-11-29T02:00');
  });

  it.each(['doubts?since=', 'messages?from=', 'messages?to='])(
    'shows a time in the address that is none as it stands: %s',
    async (path) => {
      await current().goto(`${path}2026-11-29T10:00:00Z）`);
      await current().heading(path.startsWith('doubts') ? 'Doubts' : 'Messages');
      if (path.startsWith('doubts')) await current().sees('2026-11-29T10:00:00Z）');
    },
  );

  it('searches for an ID, the start of IDs and a number from one field', async () => {
    const { page } = current();
    await current().goto('overview');
    const search = async (text: string) => {
      await page.keyboard.press('/');
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    };
    await current().heading('Overview');
    await search('order-4799');
    await current().heading('order-4799');
    await search('order-47*');
    await current().settles(() => current().address === 'messages?id=order-47*');
    await search('+61 422 118 100');
    await current().settles(() => current().address === 'messages?mobile=%2B61422118100');
    await current().sees('order-4800');
    await search('0061 (0) 422/118.100');
    await current().settles(() => current().address === 'messages?mobile=0061%280%29422%2F118.100');
    // Of digits alone the server would not know the country: they are an ID, such as of an order.
    const padded = ['00012345', '0042', '0012345', '001-7', '0012-3456'];
    for (const id of ['20261129', '0422118100', ...padded, '2026-11-29', '+', '+order-1']) {
      await search(id);
      await current().settles(() => current().address === `messages/${encodeURIComponent(id)}`);
    }
  });

  it('opens the one message that an ID matches', async () => {
    await current().goto('messages?id=order-4798');
    await current().heading('order-4798');
    expect(current().address).toBe('messages/order-4798');
  });

  it('asks about the account that the address names, on every page', async () => {
    const { page, api } = current();
    await current().goto('doubts?account=marketing');
    await current().sees('91 in doubt');
    await page.getByRole('link', { name: 'Countries' }).click();
    await current().sees('Singapore');
    expect(current().address).toBe('countries?account=marketing');
    await page.getByLabel('Account', { exact: true }).selectOption('default');
    await current().settles(() => api.askedOf('countries').at(-1)!.query.get('account') === 'default');
  });

  it('moves from row to row by keyboard, selects and opens', async () => {
    const { page } = current();
    await current().goto('messages');
    await current().sees('order-4799');
    for (const key of ['j', 'j', 'j', 'k', 'x']) await page.keyboard.press(key);
    await current().sees('1 selected');
    await page.keyboard.press('Enter');
    await current().heading('order-4799');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('goes on where a search stopped, and says how far it came', async () => {
    const { page, api } = current();
    const searchedTo = new Date(Date.UTC(2026, 10, 20, 6)).toISOString();
    let round = 0;
    api.answers.set('messages', () => ({
      items: ++round < 3 ? [] : api.messages.slice(0, 1),
      next: round < 3 ? String(round) : null,
      searchedTo: round < 3 ? searchedTo : null,
      matches: { n: 1, exact: false },
      asOf: new Date().toISOString(),
    }));
    await current().goto('messages?code=RARE');
    await current().sees('None found back to 20 Nov 2026, 14:00:00.');
    await current().sees('at least 1 messages');
    await page.getByRole('button', { name: 'Go on' }).click();
    await current().sees('order-4800');
    expect(api.askedOf('messages').map(({ query }) => query.get('after'))).toEqual([null, '1', '2']);
  });

  describe('a page from the host', () => {
    it('is in the navigation, in the language that is chosen', async () => {
      const { page } = current();
      await current().goto('overview');
      await page.getByRole('link', { name: 'Keys' }).waitFor();
      await page.getByLabel('Settings').click();
      await page.getByRole('button', { name: '中文' }).click();
      expect(await page.getByRole('link', { name: '密钥' }).getAttribute('href')).toBe('/keys');
      await current().heading('概览');
    });
  });
});
