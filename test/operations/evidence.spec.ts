import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { OperatedApp } from './operated-app.js';

const MOBILE = '+61422118000';
const HOUR = 3_600_000;

describe.each(databasesUnderTest())('the evidence of a message on %s', (kind) => {
  let app: OperatedApp;
  beforeAll(async () => {
    app = await OperatedApp.open(kind, { http: { timeoutMs: 500 } });
  });
  afterAll(() => app.close());

  const evidence = async (id: string) => {
    const found = await app.operations.message(id);
    if (!found) throw new Error(`There is no message ${id}.`);
    return { ...found, kinds: found.timeline.map(({ kind: what }) => what) };
  };

  it('tells of none that it does not know', async () => {
    expect(await app.operations.message('stranger')).toBeNull();
  });

  it('of the usual way: stored, handed over, answered, reported, with its batch', async () => {
    await app.ims.send({ mobile: MOBILE, content: 'Hello', customImsId: 'usual' });
    const accepted = await evidence('usual');
    expect(accepted.kinds).toEqual(['stored', 'handed-over', 'answer', 'waiting']);
    expect(accepted.verdict).toMatchObject({ id: 'accepted', resend: 'second-sms' });
    const pulled = async () => {
      await app.operations.pull('ann');
      return (await app.ims.findOne('usual'))?.state;
    };
    await eventually(pulled, (state) => state === 'DELIVERED');
    const { kinds, timeline, verdict, actions } = await evidence('usual');
    expect(kinds).toEqual(['stored', 'handed-over', 'answer', 'report']);
    expect(timeline.at(-1)).toMatchObject({
      source: 'report-page',
      code: 'DELIVRD',
      page: { pullId: expect.stringMatching(/^[0-9a-f]{32}$/), pulledAt: expect.any(Date), reports: 1 },
    });
    expect(verdict).toMatchObject({ id: 'delivered', resend: 'second-sms' });
    expect(actions).toEqual([]);
  });

  it('of a doubt that a report proves sent', async () => {
    const at = Date.now() - HOUR;
    const facts = { createdAt: at, submittedAt: at + 1_000, attempt: 'token', code: 'TIMEOUT' };
    await app.seed([
      { id: 'doubt', state: 'UNCONFIRMED', ...facts },
      { id: 'proved', state: 'DELIVERED', ...facts, finalAt: at + 9_000, reportState: 'DELIVRD' },
    ]);
    const doubt = await evidence('doubt');
    expect(doubt.kinds).toEqual(['stored', 'handed-over', 'no-answer']);
    expect(doubt.verdict).toMatchObject({
      id: 'doubt',
      resend: 'second-sms',
      values: { code: 'TIMEOUT', attempts: 1 },
    });
    expect(doubt.actions).toEqual(['resend', 'give-up']);
    expect(doubt.others.map(({ customImsId }) => customImsId)).not.toContain('doubt');
    const proved = await evidence('proved');
    expect(proved.verdict).toMatchObject({ id: 'doubt-proved-sent' });
    expect(proved.kinds).toEqual(['stored', 'handed-over', 'report']);
  });

  it('of one that was released once, and reported before the answer to its second attempt: no doubt', async () => {
    const at = Date.now() - HOUR;
    const facts = {
      createdAt: at,
      submittedAt: at + 5_000,
      attempt: 'second',
      finalAt: at + 6_000,
      reportState: 'DELIVRD',
    };
    await app.seed([
      { id: 'released', state: 'DELIVERED', code: 'ECONNREFUSED', ...facts },
      { id: 'released-and-doubtful', state: 'DELIVERED', code: 'TIMEOUT', ...facts },
    ]);
    const database = await app.sql();
    await database.run('UPDATE emay_ims_message SET accepted_at = final_at WHERE custom_ims_id LIKE ?', ['released%']);
    const trace = (id: string, what: string, attempt: string, code: string, after: number) =>
      database.run(
        `INSERT INTO emay_ims_trace (account, custom_ims_id, id, at, kind, attempt, code) VALUES ('default', ?, ?, ?, ?, ?, ?)`,
        [id, `${id}-${what}`.slice(0, 32), at + after, what, attempt, code],
      );
    await trace('released', 'released', 'first', 'ECONNREFUSED', 1_000);
    await trace('released-and-doubtful', 'released', 'first', 'ECONNREFUSED', 1_000);
    await trace('released-and-doubtful', 'unconfirmed', 'second', 'TIMEOUT', 5_500);
    const released = await evidence('released');
    expect(released.verdict).toMatchObject({ id: 'delivered' });
    expect(released.kinds).toEqual(['stored', 'released', 'handed-over', 'report']);
    const doubtful = await evidence('released-and-doubtful');
    expect(doubtful.verdict).toMatchObject({ id: 'doubt-proved-sent' });
    expect(doubtful.kinds).toEqual(['stored', 'released', 'handed-over', 'no-answer', 'report']);
  });

  it('of an answer that did not come: with the trace of the attempt', async () => {
    app.simulator.inject({ kind: 'hang', times: 1, accept: true });
    await expect(app.ims.send({ mobile: MOBILE, content: 'Hello', customImsId: 'hung' })).rejects.toThrow('hung');
    const hung = await evidence('hung');
    expect(hung.kinds).toEqual(['stored', 'handed-over', 'no-answer']);
    expect(hung.timeline.at(-1)).toMatchObject({ source: 'trace', code: 'TIMEOUT', at: expect.any(Date) });
    expect(hung.others.map(({ customImsId }) => customImsId)).toEqual(expect.arrayContaining(['usual', 'doubt']));
    const pulled = async () => {
      await app.operations.pull('ann');
      return (await app.ims.findOne('hung'))?.state;
    };
    // The gateway had it all the same.
    await eventually(pulled, (state) => state === 'DELIVERED');
    const proved = await evidence('hung');
    expect(proved.kinds).toEqual(['stored', 'handed-over', 'no-answer', 'report']);
    expect(proved.verdict).toMatchObject({ id: 'doubt-proved-sent' });
  });

  it('of what was withdrawn, and decided, with who and why', async () => {
    await app.ims.enqueue([{ mobile: MOBILE, content: 'Hello', customImsId: 'withdrawn' }]);
    expect((await evidence('withdrawn')).verdict).toMatchObject({ id: 'queued', resend: 'not-possible' });
    const preview = await app.operations.preview({ action: 'cancel', ids: ['withdrawn'] }, 'ann');
    await app.operations.apply(preview.id, 'ann', 'by mistake');
    const withdrawn = await evidence('withdrawn');
    expect(withdrawn.timeline.at(-1)).toMatchObject({ kind: 'cancelled', by: 'ann', source: 'trace' });
    const { items: cancels } = await app.operations.audit({ id: withdrawn.timeline.at(-1)!.auditId });
    expect(cancels).toMatchObject([{ action: 'cancel', actor: 'ann', reason: 'by mistake', done: 1 }]);
    expect(withdrawn.verdict).toMatchObject({ id: 'cancelled', resend: 'safe' });
    await app.ims.resolveUnconfirmed('doubt', { decision: 'give-up', decidedBy: 'bob', reason: 'called them' });
    const { timeline, verdict, resolutions } = await evidence('doubt');
    expect(timeline).toContainEqual(
      expect.objectContaining({ kind: 'decided', by: 'bob', reason: 'called them', detail: 'give-up' }),
    );
    // Of this one alone.
    expect(timeline.filter((step) => 'auditId' in step)).toEqual([]);
    expect(resolutions[0]).toMatchObject({ auditId: null });
    expect(timeline.at(-1)?.kind).toBe('given-up');
    expect(verdict).toMatchObject({ id: 'given-up', resend: 'second-sms' });
    expect(resolutions).toHaveLength(1);
  });

  it.each(['resend', 'give-up'] as const)(
    'of a decision about many (%s): who, why, and in which action',
    async (action) => {
      const at = Date.now() - HOUR;
      const ids = [1, 2, 3].map((number) => `${action}-${number}`);
      await app.seed(
        ids.map((id) => ({ id, state: 'UNCONFIRMED', createdAt: at, submittedAt: at, attempt: id, code: 'TIMEOUT' })),
      );
      const preview = await app.operations.preview({ action, ids }, 'ann');
      await app.operations.apply(preview.id, 'ann', 'Ticket 1234');
      const steps = await Promise.all(
        ids.map(async (id) => (await evidence(id)).timeline.filter((step) => step.kind === 'decided')),
      );
      const decided = {
        detail: action,
        by: 'ann',
        reason: 'Ticket 1234',
        source: 'resolution',
        auditId: expect.any(String),
      };
      expect(steps).toMatchObject(ids.map(() => [decided]));
      const auditIds = new Set(steps.flat().map(({ auditId }) => auditId));
      expect(auditIds.size).toBe(1);
      const { items, next } = await app.operations.audit({ id: [...auditIds][0] });
      expect(items).toMatchObject([{ action, actor: 'ann', reason: 'Ticket 1234', items: 3, done: 3 }]);
      expect(next).toBeNull();
    },
  );
});
