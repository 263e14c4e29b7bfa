import { expect, it } from '@jest/globals';
import { describePage, useConsole } from './console-in-chromium.js';
import { makeAudit, makeDetails, makeDoubts, makeEvents, makeEvidence, makeMessage, makeReports } from './seed.js';

const HACK = '<img src=x onerror=hacked=1><script>hacked=2</script>\u202egnp.exe';

describePage("the console's page: what it can be trusted with", (browser) => {
  const current = useConsole(browser);

  it('shows hostile text as text, isolated, wherever it comes from', async () => {
    const { page, api } = current();
    const message = makeMessage(5, {
      customImsId: HACK,
      content: HACK,
      mobile: HACK,
      code: HACK,
      reportState: HACK,
      reportDescription: HACK,
      imsId: HACK,
    });
    const evidence = makeEvidence(message);
    api.me = { ...api.me, actor: HACK, accounts: ['default', HACK], panels: [{ id: 'p', title: HACK, url: '/p' }] };
    const paged = (items: unknown[]) => () => ({
      items,
      next: null,
      searchedTo: null,
      matches: null,
      asOf: new Date().toISOString(),
    });
    api.answers.set('messages', ({ path }) =>
      path === 'messages'
        ? paged([message, makeMessage(1)])()
        : {
            ...evidence,
            rawAnswer: HACK,
            others: [message],
            timeline: [
              ...evidence.timeline,
              { ...evidence.timeline[0]!, detail: HACK, by: HACK, reason: HACK, code: HACK, auditId: HACK },
            ],
            resolutions: [
              {
                id: '1',
                account: 'default',
                customImsId: HACK,
                decision: 'resend',
                decidedBy: HACK,
                reason: HACK,
                decidedAt: new Date().toISOString(),
              },
            ],
          },
    );
    api.answers.set(
      'doubts',
      paged(makeDoubts().map((incident) => ({ ...incident, code: HACK, countries: { [HACK]: 3 } }))),
    );
    api.answers.set(
      'reports',
      paged(
        makeReports('orphaned').map((report) => ({
          ...report,
          customImsId: HACK,
          mobile: HACK,
          state: HACK,
          reason: HACK,
          raw: HACK,
        })),
      ),
    );
    api.answers.set(
      'events',
      paged(makeEvents().map((event) => ({ ...event, handler: HACK, event: HACK, customImsId: HACK, error: HACK }))),
    );
    api.answers.set(
      'audit',
      paged(
        makeAudit().map((entry) => ({ ...entry, actor: HACK, action: HACK, reason: HACK, filter: { [HACK]: HACK } })),
      ),
    );
    api.answers.set('account', () => ({
      ...makeDetails(),
      options: { [HACK]: HACK },
      leases: [{ name: HACK, holder: HACK, until: new Date().toISOString() }],
    }));

    for (const path of [
      'messages',
      `messages/${encodeURIComponent(HACK)}`,
      'doubts',
      'reports',
      'events',
      'audit',
      'account',
    ]) {
      await current().goto(path);
      await page.locator('main').getByText('onerror=hacked').first().waitFor();
      expect(await page.locator('main :is(img, script, iframe, object)').count()).toBe(0);
      expect(await page.evaluate('window.hacked')).toBeUndefined();
      // What overrides the direction of writing stays within its own text.
      const loose = await page.evaluate(`
        [...document.querySelectorAll('main, nav')].flatMap((part) => {
          const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
          const found = [];
          for (let node = walker.nextNode(); node; node = walker.nextNode())
            if (node.data.includes('\\u202e') && !node.parentElement.closest('bdi, option, title')) found.push(node.parentElement.outerHTML);
          return found;
        })
      `);
      expect(loose).toEqual([]);
    }
  });

  it('asks for the key of a bearer host, keeps it in memory only and shows what was meant to be seen', async () => {
    const { page, api } = current();
    api.key = 'open sesame';
    await current().goto('messages/order-4795');
    const dialog = page.getByRole('dialog', { name: 'Operator’s key' });
    await dialog.getByLabel('Key').fill('wrong');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('This key is not accepted.').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await dialog.getByLabel('Key').fill('open sesame');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await current().sees('Nobody knows whether it was sent');
    await current().settles(() => api.watchers === 1);
    expect(api.askedOf('stream').at(-1)!.headers.authorization).toBe('Bearer open sesame');
    expect(
      await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie'),
    ).not.toContain('sesame');
    await page.reload();
    await page.getByRole('dialog', { name: 'Operator’s key' }).waitFor();
  });

  it('says that a session has ended over what was on the screen, and offers to load anew', async () => {
    const { page, api } = current();
    await current().goto('doubts');
    await current().sees('91 in doubt');
    for (const route of ['*', 'me']) api.refusals.set(route, { status: 401, code: 'UNAUTHENTICATED' });
    await page.getByRole('button', { name: 'Show messages' }).first().click();
    await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await current().sees('91 in doubt');
    api.refusals.clear();
    await page.getByRole('button', { name: 'Reload' }).click();
    await current().sees('91 in doubt');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('names what is missing where not even the account may be seen', async () => {
    current().api.refusals.set('me', { status: 403, code: 'ACCESS_DENIED' });
    await current().goto('overview');
    await current().sees('You may not see this');
  });

  it('says why something is refused where no right is missing, and keeps what it shows', async () => {
    const { page, api } = current();
    await current().goto('doubts');
    await current().sees('91 in doubt');
    const message = 'Origin and Host differ. Name the origin in `trustedOrigins` of the console.';
    api.refusals.set('actions', { status: 403, code: 'CROSS_SITE', message });
    await page.getByRole('button', { name: 'Send 88 again…' }).click();
    await page.getByRole('dialog').getByText(message).waitFor();
    await current().goto('countries/AU');
    await current().sees('+6149');
    // As something on the way may, by HTTP/2 even without a word.
    api.refusals.set('*', { status: 403, code: 'HTTP_403', message: '' });
    api.dropStreams();
    await current().sees('This could not be refreshed; what you see is older. HTTP_403');
    await current().sees('+6149');
    expect(await page.getByText('You may not see this').count()).toBe(0);
  });

  it('hides texts, and reveals one with a record of it', async () => {
    const { page, api } = current();
    api.me = { ...api.me, numbers: 'masked', texts: 'hidden' };
    api.messages = api.messages.map((message) => ({ ...message, mobile: '+61****100', content: '' }));
    await current().goto('messages/order-4795');
    await current().sees('hidden');
    await page.getByRole('button', { name: 'Show number and text' }).click();
    await current().sees('Your code is 4711');
    expect(api.askedOf('reveal')[0]!.body).toEqual({ customImsId: 'order-4795' });
  });
});
