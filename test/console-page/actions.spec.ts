import { expect, it } from '@jest/globals';
import { describePage, useConsole } from './console-in-chromium.js';

describePage("the console's actions", (browser) => {
  const current = useConsole(browser);

  it('sends an incident again: what it risks, a reason, the typed count, the progress and what had changed', async () => {
    const { page, api } = current();
    api.changedSince = 2;
    await current().goto('doubts');
    await page.getByRole('button', { name: 'Send 88 again…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send 88 again?' });
    await dialog.getByText('Each may arrive twice').waitFor();
    await dialog.getByText('212 more of this time and code were sent after all, as reports show.').waitFor();
    await dialog.getByText('counted by the hour').waitFor();
    const yes = dialog.getByRole('button', { name: 'Send again' });
    expect(await yes.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('Ticket 1234');
    await dialog.getByLabel('Type 88 to confirm').fill('87');
    expect(await yes.isDisabled()).toBe(true);
    await dialog.getByLabel('Type 88 to confirm').fill('88');
    expect(await current().accessibilityFaults()).toEqual([]);
    await yes.click();
    await current().sees('86 done, 2 changed since');
    await current().sees('order-4800');
    expect(api.wanted).toEqual({ action: 'resend', incident: 'inc-1' });
    expect(api.askedOf('actions/act-1/apply').map(({ body }) => body)).toEqual([{ reason: 'Ticket 1234' }]);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('gives up one message with a reason and a click', async () => {
    const { page, api } = current();
    await current().goto('messages/order-4795');
    await page.getByRole('button', { name: 'Give up' }).click();
    const dialog = page.getByRole('dialog', { name: 'Give up on 1?' });
    await dialog.getByText('It becomes UNKNOWN').waitFor();
    await dialog.getByLabel('Reason').fill('The code has expired long ago');
    await dialog.getByRole('button', { name: 'Give up' }).click();
    await current().sees('1 done, 0 changed since');
    expect(api.wanted).toEqual({ action: 'give-up', ids: ['order-4795'] });
  });

  it('withdraws what is selected, and all that a filter matches', async () => {
    const { page, api } = current();
    await current().goto('messages?state=QUEUED');
    await page.getByLabel('Select order-4797').check();
    await page.getByLabel('Select order-4783').check();
    await page.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByRole('dialog', { name: 'Withdraw 2?' }).getByRole('button', { name: 'Cancel' }).click();
    expect(api.wanted).toEqual({ action: 'cancel', ids: ['order-4797', 'order-4783'] });
    await page.getByLabel('Select order-4797').uncheck();
    await page.getByLabel('Select order-4783').uncheck();
    await page.getByLabel(/that match…$/).selectOption('cancel');
    await page.getByRole('dialog', { name: 'Withdraw 88?' }).waitFor();
    expect(api.wanted).toEqual({ action: 'cancel', search: { states: ['QUEUED'] } });
  });

  it('goes on behind a closed dialog, and shows it on every page', async () => {
    const { page, api } = current();
    await current().goto('doubts');
    await page.getByRole('button', { name: 'Give up 88…' }).click();
    api.answers.set('actions', ({ method, path }) =>
      method === 'GET' || path.endsWith('/apply')
        ? { id: 'act-1', action: 'give-up', state: 'running', count: 88, done: 40, changedSince: 0, changedIds: [] }
        : undefined,
    );
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('Ticket');
    await dialog.getByLabel('Type 88 to confirm').fill('88');
    await dialog.getByRole('button', { name: 'Give up' }).click();
    await dialog.getByRole('button', { name: 'Go on in the background' }).click();
    await page.getByRole('link', { name: 'Countries' }).click();
    await page.getByRole('button', { name: 'Give up · 40 of 88 done' }).waitFor();
    api.push('action', {
      id: 'act-1',
      action: 'give-up',
      state: 'running',
      count: 88,
      done: 60,
      changedSince: 0,
      changedIds: [],
    });
    await page.getByRole('button', { name: 'Give up · 60 of 88 done' }).click();
    await page.getByRole('dialog', { name: 'Give up' }).waitFor();
  });

  it('says so where a preview has expired, and makes another', async () => {
    const { page, api } = current();
    await current().goto('messages/order-4795');
    api.answers.set('actions', ({ path }) =>
      path === 'actions/preview' && api.askedOf('actions/preview').length === 1
        ? {
            id: 'old',
            action: 'resend',
            count: 1,
            sample: [],
            skippedNow: 0,
            isCut: false,
            provedSent: null,
            expiresAt: new Date().toISOString(),
            expiresInMs: 0,
          }
        : undefined,
    );
    await page.getByRole('button', { name: 'Send again' }).click();
    await current().sees('The preview has expired. Look again at what would be changed.');
    await page.getByRole('button', { name: 'Preview again' }).click();
    await page.getByRole('dialog', { name: 'Send 1 again?' }).waitFor();
  });

  it.each([
    ['fast', 600_000],
    ['slow', -600_000],
  ])('takes no preview for expired where the clock of the machine is %s', async (_how, aheadMs) => {
    const { page, api } = current();
    await page.clock.install({ time: Date.now() + aheadMs });
    await current().goto('messages/order-4795');
    await page.getByRole('button', { name: 'Send again' }).click();
    const dialog = page.getByRole('dialog', { name: 'Send 1 again?' });
    await dialog.getByLabel('Reason').fill('Ticket 1234');
    await page.clock.fastForward(240_000);
    await dialog.getByRole('button', { name: 'Send again' }).waitFor();
    await page.clock.fastForward(60_000);
    await current().sees('The preview has expired. Look again at what would be changed.');
    expect(api.askedOf('actions/preview')).toHaveLength(1);
  });

  it('offers nothing that is not allowed, and names the right where it matters', async () => {
    const { page, api } = current();
    api.me = { ...api.me, actor: null, actions: [] };
    await current().goto('messages/order-4795');
    const button = page.getByRole('button', { name: 'Send again' });
    await button.waitFor();
    expect(await button.isDisabled()).toBe(true);
    expect(await button.getAttribute('title')).toBe('Needs the right “send doubts again”');
    await page.getByRole('link', { name: 'Messages' }).first().click();
    await current().sees('order-4799');
    expect(await page.getByRole('checkbox').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'CSV' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Overview' }).click();
    await current().sees('Messages over time');
    expect(await page.getByRole('form', { name: 'Send a test message' }).count()).toBe(0);
  });

  it('sends a test message and leads to it', async () => {
    const { page, api } = current();
    await current().goto('overview');
    const form = page.getByRole('form', { name: 'Send a test message' });
    await form.getByLabel('Text').fill('Hello');
    await form.getByRole('button', { name: 'Send' }).click();
    await form.getByText('Stored as order-4800.').waitFor();
    expect(api.askedOf('send-test')[0]!.body).toEqual({ mobile: '+61 422 118 000', content: 'Hello' });
    expect(api.askedOf('send-test')[0]!.headers['x-emay-ims-console']).toBe('1');
    await form.getByRole('link', { name: 'See what becomes of it' }).click();
    await current().heading('order-4800');
  });

  it('has kept batches tried again, and acknowledges a loss with a reason', async () => {
    const { page, api } = current();
    await current().goto('reports?kind=set-aside');
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await page
      .getByRole('dialog', { name: 'Apply this batch again?' })
      .getByRole('button', { name: 'Try again' })
      .click();
    await current().sees('4 batch(es) will be tried again by the next poll.');
    expect(api.askedOf('retry-report')[0]!.body).toEqual({ pullId: '01JDV7Q0' });
    await page.getByRole('button', { name: 'Possibly lost' }).click();
    await page.getByRole('button', { name: 'Acknowledge' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Acknowledge this?' });
    await dialog.getByLabel('Reason').fill('Emay sent them by mail');
    await dialog.getByRole('button', { name: 'Acknowledge' }).click();
    await current().sees('Acknowledged.');
    expect(api.askedOf('acknowledge')[0]!.body).toEqual({ pullId: '01JDV7Q0', reason: 'Emay sent them by mail' });
  });

  it('retries the failed events of a handler, polls, and counts anew', async () => {
    const { page, api } = current();
    await current().goto('events');
    await page.getByRole('button', { name: 'Retry failed: crm.onFinal' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry failed' }).click();
    await current().sees('4 events wait for their handler again.');
    expect(api.askedOf('retry-event')[0]!.body).toEqual({ handler: 'crm.onFinal' });
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('button', { name: 'Poll for reports now' }).click();
    await current().sees('Polled: 212 reports.');
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('button', { name: 'Count anew' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Count anew' }).click();
    await current().sees('Counting has begun.');
  });

  it('keeps a refused action open, with what the server said', async () => {
    const { page, api } = current();
    api.refusals.set('retry-event', { status: 409, code: 'CONFLICT', message: 'It is being retried already.' });
    await current().goto('events');
    await page.getByRole('button', { name: 'Retry failed: crm.onFinal' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry failed' }).click();
    await page.getByRole('dialog').getByText('It is being retried already.').waitFor();
  });

  it('downloads what the filter matches by a link for one use', async () => {
    const { page, api } = current();
    await current().goto('messages?code=TIMEOUT');
    await current().sees(/^\d+ messages$/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('messages.csv');
    expect(api.askedOf('exports')[0]!.body).toEqual({ search: { code: 'TIMEOUT' } });
  });
});
