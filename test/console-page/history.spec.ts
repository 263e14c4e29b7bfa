import { expect, it } from '@jest/globals';
import { describePage, useConsole } from './console-in-chromium.js';
import { makeEvidence, makeMessage } from './seed.js';

const AUDIT_ID = '0193a7c2f0de7b3f9d4e21c05a6b7c8d';

describePage('what was decided about many messages', (browser) => {
  const current = useConsole(browser);

  it('stands in the history of each, with who, why and the action it was part of', async () => {
    const { api, page } = current();
    const message = makeMessage(5);
    const evidence = makeEvidence(message);
    const at = new Date().toISOString();
    const step = { at, attempt: null, code: null, auditId: AUDIT_ID, by: 'ann@example.com' };
    evidence.timeline.push(
      { ...step, kind: 'decided', detail: 'resend', source: 'resolution', reason: 'Ticket 1234' },
      { ...step, kind: 'cancelled', detail: null, source: 'trace' },
    );
    api.answers.set('messages', ({ path }) => (path === 'messages' ? undefined : evidence));
    await current().goto(`messages/${message.customImsId}`);
    const decided = page.locator('.step-decided');
    expect((await decided.innerText()).split('\n')).toEqual(
      expect.arrayContaining(['Decided by a person', 'send again', 'ann@example.com: Ticket 1234']),
    );
    const cancelled = page.locator('.step-cancelled');
    expect(await cancelled.innerText()).toContain('ann@example.com');
    await cancelled.getByRole('link', { name: 'Part of an action on many messages' }).waitFor();
    expect(await current().accessibilityFaults()).toEqual([]);
    await decided.getByRole('link', { name: 'Part of an action on many messages' }).click();
    await current().heading('Audit');
    expect(current().address).toBe(`audit?id=${AUDIT_ID}`);
    await current().sees('The action that a message was part of.');
    expect(api.askedOf('audit').at(-1)!.query.get('id')).toBe(AUDIT_ID);
    await page.getByRole('button', { name: 'Show all entries' }).click();
    await current().settles(() => current().address === 'audit');
    await current().settles(() => api.askedOf('audit').at(-1)!.query.get('id') === null);
  });

  it('of one message alone leads nowhere', async () => {
    const { api, page } = current();
    const evidence = makeEvidence(makeMessage(5));
    const decided = { kind: 'decided', detail: 'give-up', by: 'bob', reason: 'called', source: 'resolution' } as const;
    evidence.timeline.push({ ...decided, at: new Date().toISOString(), attempt: null, code: null });
    api.answers.set('messages', ({ path }) => (path === 'messages' ? undefined : evidence));
    await current().goto('messages/order-4795');
    await current().sees('bob: called');
    expect(await page.getByRole('link', { name: 'Part of an action' }).count()).toBe(0);
  });
});
