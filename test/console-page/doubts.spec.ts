import { expect, it } from '@jest/globals';
import { describePage, useConsole } from './console-in-chromium.js';
import { makeDoubts } from './seed.js';

/** 14:00:00 in Perth, where the browser is. */
const REACHED = '2026-11-20T06:00:00.000Z';

describePage('doubts beyond the time of one read', (browser) => {
  const current = useConsole(browser);

  /** Three reads, of which only these find something. */
  const finds = (rounds: readonly number[]) => {
    const { api } = current();
    api.answers.set('doubts', ({ query }) => {
      const round = Number(query.get('after') ?? 0);
      const isLast = round === 2;
      return {
        items: rounds.includes(round) ? makeDoubts().map((one) => ({ ...one, id: `${one.id}-${round}` })) : [],
        next: isLast ? null : String(round + 1),
        searchedTo: isLast ? null : REACHED,
        ...{ matches: null, asOf: new Date().toISOString() },
      };
    });
  };
  const afters = () =>
    current()
      .api.askedOf('doubts')
      .map(({ query }) => [query.get('code'), query.get('after')]);

  it('say how far the search got where nothing was found, and go on until something is', async () => {
    finds([2]);
    await current().goto('doubts?code=TIMEOUT');
    await current().sees('None found back to 20 Nov 2026, 14:00:00.');
    await current().sees('at least 0 in doubt');
    expect(await current().page.getByText('No doubts').count()).toBe(0);
    expect(await current().accessibilityFaults()).toEqual([]);
    await current().page.getByRole('button', { name: 'Go on' }).click();
    await current().sees('91 in doubt');
    expect(await current().page.getByText('at least').count()).toBe(0);
    expect(await current().page.getByRole('button', { name: 'Go on' }).count()).toBe(0);
    expect(afters()).toEqual([null, '1', '2'].map((after) => ['TIMEOUT', after]));
  });

  it('are looked for again by themselves, until somebody goes on: then they stay until wanted', async () => {
    const { api, page } = current();
    const asked = () => api.askedOf('doubts').length;
    finds([0, 1]);
    await current().goto('doubts');
    await current().sees('at least 91 in doubt');
    await current().sees(/^searched back to 20 Nov/);
    await current().settles(() => api.watchers === 1);
    api.push('reading', { isAway: true });
    await current().settles(() => asked() === 2);
    await current().sees('no database');
    await page.getByRole('button', { name: 'Go on' }).click();
    await current().sees('at least 182 in doubt');
    expect(await page.locator('.incident').count()).toBe(4);
    api.push('reading', { isAway: false });
    await current().sees('live');
    await page.getByRole('button', { name: 'Refresh' }).click();
    await current().sees('at least 91 in doubt');
    expect(afters().map(([, after]) => after)).toEqual([null, null, '1', null]);
  });

  /** Each answer but the first waits until it is let go. */
  const holds = () => {
    const { api } = current();
    const held = new Map<string, () => void>();
    let firsts = 0;
    api.answers.set('doubts', async ({ query }) => {
      const isFirst = query.get('after') === null;
      const name = isFirst ? `first-${++firsts}` : 'next';
      if (name !== 'first-1') await new Promise<void>((resolve) => held.set(name, resolve));
      return {
        items: makeDoubts().map((one) => ({ ...one, id: `${one.id}-${name}` })),
        next: isFirst ? name : null,
        searchedTo: isFirst ? REACHED : null,
        ...{ matches: null, asOf: new Date().toISOString() },
      };
    });
    return {
      isAsked: (name: string) => current().settles(() => held.has(name)),
      letGo: (name: string) => held.get(name)!(),
    };
  };
  const shown = async (name: string) => current().page.locator(`.incident h2[id$="-${name}"]`).count();

  it('stay where somebody goes on while they are looked for by themselves', async () => {
    const { api, page } = current();
    const { isAsked, letGo } = holds();
    await current().goto('doubts');
    await current().sees('at least 91 in doubt');
    await current().settles(() => api.watchers === 1);
    api.push('reading', { isAway: true });
    await isAsked('first-2');
    await page.getByRole('button', { name: 'Go on' }).click();
    await isAsked('next');
    letGo('first-2');
    letGo('next');
    await current().sees(/^182 in doubt/);
    expect([await shown('first-1'), await shown('next')]).toEqual([2, 2]);
  });

  it('are not gone on with where somebody has them looked for anew meanwhile', async () => {
    const { page } = current();
    const { isAsked, letGo } = holds();
    await current().goto('doubts');
    await page.getByRole('button', { name: 'Go on' }).click();
    await isAsked('next');
    await page.getByRole('button', { name: 'Refresh' }).click();
    await isAsked('first-2');
    letGo('first-2');
    await current().page.locator('.incident h2[id$="-first-2"]').first().waitFor();
    const answered = page.waitForResponse((response) => response.url().includes('after='));
    letGo('next');
    await (await answered).finished();
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
    expect([await shown('first-2'), await shown('next')]).toEqual([2, 0]);
  });
});
