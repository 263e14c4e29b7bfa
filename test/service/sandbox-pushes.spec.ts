import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { runProcess, type RunningProcess } from '../support/processes.js';

const APPLICATION = join(process.cwd(), 'dist/main.js');
const JSON_BODY = { 'Content-Type': 'application/json' };

describe('a sandbox whose variables say that reports are pushed', () => {
  let folder: string;
  let service: RunningProcess | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
  });
  afterEach(async () => {
    await service?.end('SIGKILL');
    await rm(folder, { recursive: true });
  });

  const addressAfter = async (words: string) => (await service!.saying(words)).match(/http:[^\s]+/)?.[0] ?? '';

  it.each([
    ['encrypted, by the encrypted interface', { EMAY_IMS_TRANSPORT: 'secure', EMAY_IMS_REPORTS_SOURCE: 'push' }],
    ['as a form', { EMAY_IMS_PUSH_SECRET: 'a-secret-of-the-sandbox', EMAY_IMS_REPORTS_SOURCE: 'push' }],
    ['beside polls', { EMAY_IMS_REPORTS_SOURCE: 'both' }],
  ])('has them pushed to itself, %s', async (_, variables) => {
    service = runProcess(
      APPLICATION,
      [],
      {
        PORT: '0',
        EMAY_IMS_PUSH_PATH: '/push',
        EMAY_IMS_DATABASE_URL: `sqlite:${join(folder, 'ims.sqlite')}`,
        EMAY_IMS_SPOOL_PATH: join(folder, 'spool'),
        ...variables,
      },
      folder,
    );
    const simulator = await addressAfter("Simulator's page");
    const url = await addressAfter('Listening on ');
    const body = JSON.stringify({ mobile: '+61422118000', content: 'Hello', customImsId: 'one' });
    expect((await fetch(`${url}/api/messages`, { method: 'POST', headers: JSON_BODY, body })).status).toBe(202);
    const state = async () => (await (await fetch(`${url}/api/messages/one`)).json()) as { state: string };
    await eventually(state, (message) => message.state === 'DELIVERED');
    const pushes = async () =>
      (await (await fetch(`${simulator}_simulator`)).json()) as { counters: Record<string, number> };
    const { counters } = await eventually(pushes, (seen) => seen.counters.pending === 0);
    // Beside polls, a poll may have been first.
    expect((counters.acknowledged ?? 0) + (counters.handedOut ?? 0)).toBe(1);
    if (variables.EMAY_IMS_REPORTS_SOURCE === 'push') expect(counters.acknowledged).toBe(1);
  });
});
