import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmayImsConflictError, EmayImsValidationError } from 'nestjs-emay-ims';
import type { ActionWanted } from 'nestjs-emay-ims/operations';
import { databasesUnderTest } from '../support/databases.js';
import { OperatedApp, type SeededMessage } from './operated-app.js';

const NOW = Date.now();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
let made = 0;

describe.each(databasesUnderTest())('actions on many messages on %s', (kind) => {
  let app: OperatedApp;
  beforeAll(async () => {
    app = await OperatedApp.open(kind);
  });
  afterAll(() => app.close());

  /** Messages in doubt of a code of their own. */
  const doubts = async (count: number, more: Partial<SeededMessage> = {}) => {
    const code = `CODE_${++made}`;
    const messages: SeededMessage[] = Array.from({ length: count }, (_, index) => ({
      id: `m${made}-${index}`,
      state: 'UNCONFIRMED',
      code,
      createdAt: NOW - index,
      submittedAt: NOW - index,
      attempt: `attempt-${made}-${index}`,
      ...more,
    }));
    await app.seed(messages);
    return { code, ids: messages.map(({ id }) => id) };
  };
  const previewed = (wanted: ActionWanted, by = 'ann') => app.operations.preview(wanted, by);
  const stateOf = async (id: string) => (await app.ims.findOne(id))?.state;
  const rows = async (sql: string, ...parameters: unknown[]) => (await app.sql()).rows(sql, parameters);
  const statesOf = async (code: string) => {
    const counts = await rows('SELECT state, COUNT(*) AS n FROM emay_ims_message WHERE code = ? GROUP BY state', code);
    return Object.fromEntries(counts.map(({ state, n }) => [String(state), Number(n)]));
  };

  it('changes nothing before it is applied; then what was previewed, each with its decision, and once', async () => {
    const { code, ids } = await doubts(1_000);
    const preview = await previewed({ action: 'resend', search: { code } });
    expect(preview).toMatchObject({ action: 'resend', count: 1_000, skippedNow: 0, isCut: false });
    expect(preview.provedSent).toEqual({ messages: 0, by: 'minute', asOf: null });
    expect(preview.sample.map(({ customImsId }) => customImsId)).toEqual(ids.slice(0, 10));
    expect(preview.expiresAt.getTime() - Date.now()).toBeGreaterThan(200_000);
    expect(preview.expiresInMs).toBe(300_000);
    expect(await app.operations.progress(preview.id)).toMatchObject({ state: 'previewed', count: 1_000, done: 0 });
    expect(await statesOf(code)).toEqual({ UNCONFIRMED: 1_000 });

    const done = { state: 'done', count: 1_000, done: 1_000, changedSince: 0, changedIds: [] };
    expect(await app.operations.apply(preview.id, 'ann', 'the gateway lost them')).toMatchObject(done);
    expect(await statesOf(code)).toEqual({ QUEUED: 1_000 });
    expect(await app.ims.resolutions(ids[999]!)).toMatchObject([
      { decision: 'resend', decidedBy: 'ann', reason: 'the gateway lost them' },
    ]);
    // What has been done is only told.
    expect(await app.operations.apply(preview.id, 'ann', 'again')).toMatchObject(done);
    expect(await app.ims.resolutions(ids[0]!)).toHaveLength(1);
    const { items } = await app.operations.audit({ action: 'resend' });
    expect(items[0]).toMatchObject({
      ...{ actor: 'ann', action: 'resend', items: 1_000, done: 1_000, skipped: 0, reason: 'the gateway lost them' },
      filter: { search: { code } },
    });
    // They are listed for the dispatcher.
    const listed = await rows('SELECT ids FROM emay_ims_due');
    expect(listed.flatMap(({ ids: packed }) => JSON.parse(String(packed)) as string[])).toEqual(
      expect.arrayContaining(ids),
    );
  });

  it('takes no more than 1,000 to resend, and 10,000 to give up on', async () => {
    const { code } = await doubts(1_200);
    expect(await previewed({ action: 'resend', search: { code } })).toMatchObject({ count: 1_000, isCut: true });
    expect(await previewed({ action: 'give-up', search: { code } })).toMatchObject({ count: 1_200, isCut: false });
  });

  it('leaves alone what has changed since, by state or attempt, and tells which', async () => {
    const { code, ids } = await doubts(5);
    const preview = await previewed({ action: 'give-up', ids: [...ids, 'stranger'] });
    expect(preview).toMatchObject({ count: 5, skippedNow: 1 });
    const [reported, resent] = ids as [string, string];
    await rows(
      "UPDATE emay_ims_message SET state = 'DELIVERED', outcome = NULL WHERE custom_ims_id = ?",
      reported,
    ).catch(() => undefined);
    await (await app.sql()).run("UPDATE emay_ims_message SET attempt = 'another' WHERE custom_ims_id = ?", [resent]);
    const progress = await app.operations.apply(preview.id, 'ann', 'too old');
    expect(progress).toMatchObject({ state: 'done', count: 5, done: 3, changedSince: 2 });
    expect(progress.changedIds.toSorted()).toEqual([reported, resent].toSorted());
    expect([await stateOf(reported), await stateOf(resent), await stateOf(ids[2]!)]).toEqual([
      'DELIVERED',
      'UNCONFIRMED',
      'UNKNOWN',
    ]);
    expect(await app.ims.resolutions(resent)).toEqual([]);
    const { items } = await app.operations.audit({ actor: 'ann', action: 'give-up' });
    expect(items[0]).toMatchObject({ items: 5, done: 3, skipped: 2, filter: { ids: 6 } });
    expect(code).toBeDefined();
  });

  it('sends no message twice where two instances apply it at once', async () => {
    const { ids } = await doubts(1_000);
    const preview = await previewed({ action: 'resend', ids });
    const another = await app.another();
    const both = await Promise.all([
      app.operations.apply(preview.id, 'ann', 'once'),
      another.apply(preview.id, 'ann', 'once'),
      app.operations.apply(preview.id, 'ann', 'once'),
    ]);
    for (const progress of both) expect(progress).toMatchObject({ state: 'done', done: 1_000, changedSince: 0 });
    const [decisions] = await rows(
      `SELECT COUNT(*) AS n FROM emay_ims_resolution WHERE custom_ims_id LIKE 'm${made}-%'`,
    );
    expect(Number(decisions?.n)).toBe(1_000);
    const { items } = await app.operations.audit({ action: 'resend' });
    expect(items.filter(({ reason }) => reason === 'once')).toHaveLength(1);
  });

  it('goes on where a process was killed between two steps', async () => {
    const { code, ids } = await doubts(1_000);
    const preview = await previewed({ action: 'give-up', ids });
    const database = await app.sql();
    const { transaction } = database;
    let steps = 0;
    // As if the process ended behind the first step.
    database.transaction = ((...given: Parameters<typeof transaction>) =>
      ++steps > 1 ? Promise.reject(new Error('killed')) : transaction.apply(database, given)) as typeof transaction;
    try {
      await expect(app.operations.apply(preview.id, 'ann', 'first reason')).rejects.toThrow('killed');
    } finally {
      database.transaction = transaction;
    }
    expect(await app.operations.progress(preview.id)).toMatchObject({ state: 'running', done: 500 });
    expect(await app.operations.audit({ action: 'give-up' })).toMatchObject({ items: expect.arrayContaining([]) });
    // A preview that was begun does not expire.
    await database.run('UPDATE emay_ims_action SET expires_at = 1 WHERE id = ?', [preview.id]);
    const another = await app.another();
    expect(await another.apply(preview.id, 'ann', 'second reason')).toMatchObject({ state: 'done', done: 1_000 });
    expect((await app.ims.resolutions(ids[999]!))[0]?.reason).toBe('first reason');
    const { items } = await app.operations.audit({ action: 'give-up' });
    expect(items.filter(({ reason }) => reason === 'first reason')).toMatchObject([{ items: 1_000, done: 1_000 }]);
    expect(await statesOf(code)).toEqual({});
  });

  it('refuses another actor, what has expired, and what nobody has previewed', async () => {
    const { ids } = await doubts(2);
    const { id } = await previewed({ action: 'resend', ids });
    await expect(app.operations.apply(id, 'bob', 'mine')).rejects.toThrow(EmayImsConflictError);
    await expect(app.operations.apply(id, 'bob', 'mine')).rejects.toMatchObject({ why: 'another-actor' });
    await (await app.sql()).run('UPDATE emay_ims_action SET expires_at = 1 WHERE id = ?', [id]);
    expect(await app.operations.progress(id)).toMatchObject({ state: 'expired' });
    await expect(app.operations.apply(id, 'ann', 'late')).rejects.toMatchObject({ why: 'expired' });
    await expect(app.operations.apply('stranger', 'ann', 'x')).rejects.toMatchObject({ why: 'unknown' });
    expect(await app.operations.progress('stranger')).toBeNull();
    expect(await stateOf(ids[0]!)).toBe('UNCONFIRMED');
  });

  it('cancels what is queued, and leaves alone what is not', async () => {
    const queued = Array.from({ length: 20 }, (_, index) => ({
      ...{ mobile: `+614221181${String(index).padStart(2, '0')}`, content: 'Hello', customImsId: `queued-${index}` },
    }));
    await app.ims.enqueue(queued);
    const preview = await previewed({ action: 'cancel', search: { id: 'queued-*' } });
    expect(preview).toMatchObject({ count: 20, provedSent: null });
    await app.ims.cancel('queued-0');
    const progress = await app.operations.apply(preview.id, 'ann', 'wrong text');
    expect(progress).toMatchObject({ done: 19, changedSince: 1, changedIds: ['queued-0'] });
    expect(await stateOf('queued-19')).toBe('CANCELLED');
    expect((await app.operations.message('queued-19'))?.timeline.at(-1)).toMatchObject({
      kind: 'cancelled',
      by: 'ann',
    });
  });

  /** A busy machine searches for it in several pages. */
  const incidentOf = async (code: string) => {
    let page = await app.operations.doubts({ code });
    while (page.items.length === 0 && page.next !== null)
      page = await app.operations.doubts({ code, after: page.next });
    return page.items[0];
  };

  it('decides about an incident as a whole, with the same figure of those proved sent', async () => {
    const { code, ids } = await doubts(30);
    // In the same hour of six days ago, beyond the time of the doubts: counted with them.
    const at = Math.floor((NOW - 6 * DAY) / HOUR) * HOUR;
    const createdAt = at + 20 * MINUTE;
    await (
      await app.sql()
    ).run('UPDATE emay_ims_message SET created_at = ?, submitted_at = ? WHERE code = ?', [createdAt, createdAt, code]);
    const sent = [1, 59, 61].map((minute) => ({
      ...{ id: `sent${made}-${minute}`, state: 'DELIVERED' as const, code, createdAt: at + minute * MINUTE },
      ...{ reportState: 'DELIVRD', attempt: 'token', submittedAt: at + minute * MINUTE },
    }));
    await app.seed(sent);
    const incident = await incidentOf(code);
    const preview = await previewed({ action: 'give-up', incident: incident!.id });
    expect(preview.count).toBe(30);
    const proved = { messages: 2, by: 'hour', asOf: null };
    expect([incident!.provedSent, preview.provedSent]).toEqual([proved, proved]);
    expect((await previewed({ action: 'resend', ids: ids.slice(0, 2) })).provedSent).toEqual(proved);
    expect((await previewed({ action: 'resend', search: { code } })).provedSent).toEqual(proved);
    expect(await app.operations.apply(preview.id, 'ann', 'given up')).toMatchObject({ done: 30 });
    expect(await incidentOf(code)).toBeUndefined();
  });

  it('adds up what was proved sent with each code, and does not know it where one code tells nothing', async () => {
    const first = await doubts(2);
    const second = await doubts(2, { createdAt: NOW - 20 * DAY, submittedAt: NOW - 20 * DAY });
    const proved = (code: string, createdAt: number) => ({
      ...{ id: `proved-${code}`, state: 'UNDELIVERABLE' as const, code, createdAt, reportState: 'UNDELIV' },
    });
    await app.seed([proved(first.code, NOW - 1), proved(second.code, NOW - 20 * DAY)]);
    const both = [...first.ids, ...second.ids];
    const told = async (ids: string[]) => (await previewed({ action: 'resend', ids })).provedSent;
    expect(await told(first.ids)).toEqual({ messages: 1, by: 'minute', asOf: null });
    expect(await told(both)).toEqual({ messages: 2, by: 'day', asOf: null });
    const none = await doubts(1, { code: null });
    expect(await told([...both, ...none.ids])).toBeNull();
    expect(await told([])).toBeNull();
  });

  it.each<[string, unknown]>([
    ['no action', { ids: ['a'] }],
    ['an unknown action', { action: 'delete', ids: ['a'] }],
    ['nothing chosen', { action: 'cancel' }],
    ['two choices', { action: 'cancel', ids: ['a'], search: {} }],
    ['ids that are none', { action: 'cancel', ids: [1] }],
    ['an incident to cancel', { action: 'cancel', incident: 'x' }],
    ['a wrong search', { action: 'cancel', search: { code: '' } }],
  ])('refuses %s', async (_, wanted) => {
    await expect(previewed(wanted as ActionWanted)).rejects.toThrow(EmayImsValidationError);
  });

  it('needs an actor and a reason', async () => {
    await expect(previewed({ action: 'cancel', ids: ['a'] }, ' ')).rejects.toThrow(EmayImsValidationError);
    const { id } = await previewed({ action: 'cancel', ids: ['a'] });
    await expect(app.operations.apply(id, 'ann', '')).rejects.toThrow(EmayImsValidationError);
  });
});
