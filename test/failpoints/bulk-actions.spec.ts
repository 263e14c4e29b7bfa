import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ActionProgress } from 'nestjs-emay-ims/operations';
import { OperatedApp } from '../operations/operated-app.js';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';
import { runProcess, type RunningProcess } from '../support/processes.js';

const MESSAGES = 1_000;
/** Of an action. */
const STEP = 500;
/** However busy the machine is. */
const PATIENCE_MS = 60_000;

describe.each(databasesUnderTest())('a bulk action whose process is killed between two steps on %s', (kind) => {
  let app: OperatedApp;
  const processes: RunningProcess[] = [];

  beforeEach(async () => {
    app = await OperatedApp.open(kind);
  });
  afterEach(async () => {
    for (const running of processes.splice(0)) await running.end('SIGKILL');
    await app.close();
  });

  /** Runs what is built, in a process of its own. */
  const apply = (id: string, reason: string, more: { failpoints?: string; dispatches?: boolean } = {}) => {
    const { typeOrmOptions, moduleOptions, url } = app.database;
    const dispatch = more.dispatches ? { intervalMs: 50 } : QUIET.dispatch;
    const settings = {
      typeOrm: typeOrmOptions && { type: kind, url },
      module: {
        ...{ ...ACCOUNT, baseUrl: app.simulator.url, database: moduleOptions, ...QUIET, dispatch },
        protocol: { canary: false },
      },
      apply: { id, by: 'ann', reason },
    };
    const script = new URL('operating-host.mjs', import.meta.url).pathname;
    const environment = more.failpoints === undefined ? {} : { EMAY_IMS_FAILPOINTS: more.failpoints };
    const running = runProcess(script, [JSON.stringify(settings)], environment);
    processes.push(running);
    return running;
  };
  const rows = async (sql: string, ...parameters: unknown[]) => (await app.sql()).rows(sql, parameters);
  const count = async (sql: string) => Number((await rows(`SELECT COUNT(*) AS n ${sql}`))[0]?.n);

  const preview = async (action: 'resend' | 'give-up') => {
    const now = Date.now();
    const doubts = Array.from({ length: MESSAGES }, (_, index) => ({
      id: `doubt-${index}`,
      state: 'UNCONFIRMED' as const,
      mobile: `+61422${String(index).padStart(6, '0')}`,
      code: 'TIMEOUT',
      createdAt: now - index,
      submittedAt: now - index,
      attempt: `attempt-${index}`,
    }));
    await app.seed(doubts);
    const made = await app.operations.preview({ action, search: { code: 'TIMEOUT' } }, 'ann');
    expect(made.count).toBe(MESSAGES);
    return made.id;
  };
  const killedAfterFirstStep = async (id: string) => {
    const first = apply(id, 'first reason', { failpoints: 'after-action-step@1=kill' });
    expect(await first.ended()).toBe(null);
    expect(first.output()).not.toContain('applied');
    expect(await app.operations.progress(id)).toMatchObject({ state: 'running', done: STEP });
  };
  const goesOn = async (id: string, more: { dispatches?: boolean } = {}) =>
    JSON.parse(await apply(id, 'second reason', more).saying('applied ')) as ActionProgress;

  it('is resumed by another process, and decides about each message once', async () => {
    const id = await preview('give-up');
    await killedAfterFirstStep(id);
    expect(await goesOn(id)).toMatchObject({ state: 'done', count: MESSAGES, done: MESSAGES, changedSince: 0 });
    expect(await count("FROM emay_ims_message WHERE state = 'UNKNOWN'")).toBe(MESSAGES);
    expect(await count('FROM emay_ims_resolution')).toBe(MESSAGES);
    expect(await count('FROM (SELECT DISTINCT custom_ims_id FROM emay_ims_resolution) AS decided')).toBe(MESSAGES);
    expect(await rows('SELECT DISTINCT reason FROM emay_ims_resolution')).toEqual([{ reason: 'first reason' }]);
    const { items } = await app.operations.audit({ action: 'give-up' });
    expect(items).toMatchObject([{ items: MESSAGES, done: MESSAGES, skipped: 0, reason: 'first reason' }]);
  });

  it('is resumed, and sends each message once, while the first half is being sent', async () => {
    const id = await preview('resend');
    await killedAfterFirstStep(id);
    expect(await goesOn(id, { dispatches: true })).toMatchObject({ state: 'done', done: MESSAGES, changedSince: 0 });
    await eventually(
      () => count("FROM emay_ims_message WHERE state IN ('QUEUED', 'SUBMITTING')"),
      (waiting) => waiting === 0,
      PATIENCE_MS,
    );
    // A second call of somebody who has not heard of the end changes nothing.
    expect(await goesOn(id)).toMatchObject({ state: 'done', done: MESSAGES });
    const accepted = app.simulator.accepted().map(({ customImsId }) => customImsId);
    expect([accepted.length, new Set(accepted).size]).toEqual([MESSAGES, MESSAGES]);
    expect(await count('FROM emay_ims_resolution')).toBe(MESSAGES);
  });
});
