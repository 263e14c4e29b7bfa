import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { runProcess, type RunningProcess } from '../support/processes.js';

const APPLICATION = 'dist/main.js';
const SIMULATOR = 'libs/emay-ims-simulator/dist/cli.js';

interface Case {
  /** What the first process is told to fail at. */
  failpoints: string;
  /** Whether the first process dies of it; where not, it must recover by itself. */
  dies: boolean;
  /** How often the gateway accepted the message in the end. */
  accepted: number;
  /** Where the message ends. */
  state: string;
  /** Pulls recorded as possible losses in the end, where that is the point; a pull may always have been under way. */
  losses?: number;
}

const CASES: Case[] = [
  { failpoints: 'messages-stored=kill', dies: true, accepted: 1, state: 'DELIVERED' },
  { failpoints: 'before-request=kill', dies: true, accepted: 0, state: 'UNCONFIRMED' },
  { failpoints: 'after-request=kill', dies: true, accepted: 1, state: 'DELIVERED' },
  { failpoints: 'after-settle=kill', dies: true, accepted: 1, state: 'DELIVERED' },
  { failpoints: 'before-pull@2=kill', dies: true, accepted: 1, state: 'DELIVERED', losses: 1 },
  { failpoints: 'after-store-page=kill', dies: true, accepted: 1, state: 'DELIVERED' },
  { failpoints: 'before-apply-commit=kill', dies: true, accepted: 1, state: 'DELIVERED' },
  { failpoints: 'store-page@1=database-error', dies: false, accepted: 1, state: 'DELIVERED' },
  { failpoints: 'store-page=database-error,after-spool=kill', dies: true, accepted: 1, state: 'DELIVERED' },
  { failpoints: 'store-page@1=database-error,before-unspool=kill', dies: true, accepted: 1, state: 'DELIVERED' },
];

const isSending = (failpoints = '') => /^(messages-stored|before-request|after-request|after-settle)=/.test(failpoints);
/** The second pull is the test's own: on a schedule it might come before the message has been sent. */
const isOfSecondPull = (failpoints = '') => /-pull@2=/.test(failpoints);

describe.each(databasesUnderTest())('a process that fails at a chosen point on %s', (kind) => {
  let folder: string;
  let database: TestDatabase;
  let look: DataSource;
  let gateway: RunningProcess;
  let gatewayUrl: string;
  let application: RunningProcess;
  let url: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
    database = await createTestDatabase(kind);
    look = await database.open();
    gateway = runProcess(SIMULATOR, [
      ...['--port', '0', '--app-id', 'APP', '--secret-key', 'KEY'],
      ...['--report-delay-ms', '0', '--log-file', join(folder, 'gateway.jsonl')],
    ]);
    gatewayUrl = `http://${(await gateway.saying('http://')).replace(/[^\d.:].*$/, '')}`;
  });
  afterEach(async () => {
    await Promise.all([gateway.end('SIGKILL'), application.end('SIGKILL')]);
    await look.destroy();
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const start = async (failpoints?: string) => {
    const pullsOnce = isSending(failpoints) || isOfSecondPull(failpoints);
    application = runProcess(APPLICATION, [], {
      PORT: '0',
      EMAY_IMS_BASE_URL: gatewayUrl,
      EMAY_IMS_APP_ID: 'APP',
      EMAY_IMS_SECRET_KEY: 'KEY',
      EMAY_IMS_DATABASE_URL: database.url,
      EMAY_IMS_REPORT_INTERVAL_MS: pullsOnce ? '60000' : '100',
      EMAY_IMS_TIMEOUT_MS: '20000',
      EMAY_IMS_SPOOL_PATH: join(folder, 'spool'),
      ...(failpoints === undefined ? {} : { EMAY_IMS_FAILPOINTS: failpoints }),
    });
    url = await application.saying('Listening on ');
    // Killed while it sends, a process must not have a pull under way: that would lose the report, as it may.
    if (pullsOnce) await eventually(pulls, ({ asked, open }) => asked > 0 && open === 0);
  };
  const pulls = async () => ({
    asked: (await logged('request')).length,
    open: (await rows('SELECT id FROM emay_ims_report_batch')).length,
  });
  const post = () =>
    fetch(`${url}/api/messages`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ mobile: '+61422118000', content: 'Hello', customImsId: 'one' }),
    });
  const pull = () => fetch(`${url}/api/reports/pull`, { method: 'POST' });
  /** The process dies of it. */
  const pullOnceAccepted = async () => {
    await eventually(messageState, (state) => state === 'ACCEPTED');
    await pull().catch(() => undefined);
  };
  const rows = async (sql: string) => (await look.query(sql)) as Record<string, unknown>[];
  const messageState = async () => (await rows('SELECT state FROM emay_ims_message'))[0]?.state;
  const losses = async () => (await rows("SELECT id FROM emay_ims_report_batch WHERE state = 'LOST'")).length;
  const logged = async (event: string) =>
    (await readFile(join(folder, 'gateway.jsonl'), 'utf8')).split('\n').filter((line) => line.includes(`"${event}"`));
  const spooled = () => readdir(join(folder, 'spool')).catch(() => []);

  /** What a dead process left is taken up when its time is over: here, at once. */
  const letTimePass = async () => {
    await look.query("UPDATE emay_ims_message SET due_at = 1 WHERE state = 'SUBMITTING'");
    await look.query('UPDATE emay_ims_attempt SET due_at = 1');
    await look.query("UPDATE emay_ims_report_batch SET expires_at = 0 WHERE state = 'PULLING'");
    await look.query('UPDATE emay_ims_lease SET expires_at = 0');
  };

  it.each(CASES)('$failpoints: ends $state, accepted $accepted times', async (wanted) => {
    await start(wanted.failpoints);
    // The process may die before it answers.
    await post().catch(() => undefined);
    if (isOfSecondPull(wanted.failpoints)) await pullOnceAccepted();
    if (wanted.dies) {
      expect(await application.ended()).toBe(null);
      await letTimePass();
      await start();
    }
    await eventually(messageState, (state) => state === wanted.state);
    // Whatever else might still be sent has had its chance once the queue has been looked at again.
    const { status } = await pull();
    expect(status).toBe(200);
    expect(await messageState()).toBe(wanted.state);
    expect(await logged('accepted')).toHaveLength(wanted.accepted);
    if (wanted.losses !== undefined) await eventually(losses, (count) => count === wanted.losses);
    expect(await spooled()).toEqual([]);
  });

  it('after-pull=kill: what was fetched is gone, and recorded as a possible loss', async () => {
    await start('after-pull@2=kill');
    await post();
    await pullOnceAccepted();
    expect(await application.ended()).toBe(null);
    await letTimePass();
    await start();
    await eventually(losses, (count) => count === 1);
    const status = (await (await fetch(`${url}/api/status`)).json()) as Record<string, unknown>;
    expect(status.possibleLosses).toBe(1);
    expect(await logged('accepted')).toHaveLength(1);
  });

  it('store-page=kill: nothing takes effect before its raw page is stored', async () => {
    await start('store-page=kill');
    await post();
    expect(await application.ended()).toBe(null);
    // The page may come before the answer to its message has been recorded.
    expect(['SUBMITTING', 'ACCEPTED']).toContain(await messageState());
    expect(await rows("SELECT id FROM emay_ims_report_batch WHERE state <> 'PULLING'")).toEqual([]);
  });

  it('store-page=database-error: the page lies in a file that only its owner may read', async () => {
    await start('store-page=database-error,after-spool=kill');
    await post();
    expect(await application.ended()).toBe(null);
    const [name] = (await spooled()) as [string];
    const { mode } = await stat(join(folder, 'spool', name));
    expect((mode & 0o777).toString(8)).toBe('600');
    expect(await readFile(join(folder, 'spool', name), 'utf8')).toContain('DELIVRD');
  });
});
