import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';
import { runProcess, type RunningProcess } from '../support/processes.js';

const APPLICATION = 'dist/main.js';
const SIMULATOR = 'libs/emay-ims-simulator/dist/cli.js';

/** The compiled application and the simulator's command, each a process of its own, as an operator runs them. */
describe.each(databasesUnderTest())('application and simulator as processes on %s', (kind) => {
  const running: RunningProcess[] = [];
  const cleanUps: (() => Promise<unknown>)[] = [];
  const run = (...args: Parameters<typeof runProcess>) => {
    const started = runProcess(...args);
    running.push(started);
    return started;
  };
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.end('SIGKILL')));
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  it('delivers across processes, and ends cleanly on SIGTERM', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
    cleanUps.push(() => rm(folder, { recursive: true }));
    const database = await createTestDatabase(kind);
    cleanUps.push(() => database.drop());
    const log = join(folder, 'gateway.jsonl');
    const credentials = ['--app-id', 'APP', '--secret-key', 'TOP-SECRET-KEY'];
    const simulator = run(SIMULATOR, ['--port', '0', ...credentials, '--report-delay-ms', '0', '--log-file', log]);
    const gatewayUrl = (await simulator.saying('http://')).replace(/[^\d.:].*$/, '');

    const application = run(APPLICATION, [], {
      PORT: '0',
      EMAY_IMS_BASE_URL: `http://${gatewayUrl}`,
      EMAY_IMS_APP_ID: 'APP',
      EMAY_IMS_SECRET_KEY: 'TOP-SECRET-KEY',
      EMAY_IMS_DATABASE_URL: database.url,
      EMAY_IMS_REPORT_INTERVAL_MS: '100',
    });
    const url = await application.saying('Listening on ');
    const recipients = mobiles(650).map((mobile) => ({ mobile }));
    const response = await fetch(`${url}/api/messages/batch`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ content: 'A text nobody may log', recipients }),
    });
    expect(response.status).toBe(202);
    await eventually(
      async () => (await (await fetch(`${url}/api/stats`)).json()) as Record<string, number>,
      ({ DELIVERED }) => DELIVERED === 650,
    );

    expect(await application.end('SIGTERM')).toBe(0);
    expect(await simulator.end('SIGTERM')).toBe(0);
    const events = (await readFile(log, 'utf8')).split('\n');
    expect(events.filter((line) => line.includes('"accepted"'))).toHaveLength(650);
    for (const secret of ['TOP-SECRET-KEY', 'A text nobody may log', '+61422118000', '0061422118000']) {
      expect(application.output()).not.toContain(secret);
      expect(simulator.output()).not.toContain(secret);
    }
  });

  it('does not start with half of its credentials, and says what is missing', async () => {
    const application = run(APPLICATION, [], { PORT: '0', EMAY_IMS_APP_ID: 'APP' });
    expect(await application.end('SIGCONT')).toBe(1);
    expect(application.output()).toContain('EMAY_IMS_BASE_URL and EMAY_IMS_SECRET_KEY must be set too');
  });
});
