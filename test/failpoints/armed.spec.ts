import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runProcess, type RunningProcess } from '../support/processes.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

describe('a process with EMAY_IMS_FAILPOINTS', () => {
  let folder: string;
  let service: RunningProcess;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
  });
  afterEach(async () => {
    await service.end('SIGKILL');
    await rm(folder, { recursive: true });
  });

  /** In the sandbox, whose file lies in the folder. */
  const start = (environment: NodeJS.ProcessEnv) => {
    service = runProcess(resolve('dist/main.js'), [], { PORT: '0', ...environment }, folder);
  };

  it('says at its start which points are armed, and that it must not serve', async () => {
    start({ EMAY_IMS_FAILPOINTS: 'after-pull@999=kill, store-page@999=pause:5' });
    await service.saying('Listening on ');
    const lines = service.output().split('\n');
    const warning = lines.findIndex((line) => line.includes('Failpoints are armed'));
    expect(lines[warning]).toMatch(/ WARN .*after-pull, store-page.*test/);
    expect(warning).toBeLessThan(lines.findIndex((line) => line.includes('Listening on ')));
  });

  it('says nothing where none is armed', async () => {
    start({});
    await service.saying('Listening on ');
    expect(service.output().toLowerCase()).not.toContain('failpoint');
  });

  it.each([
    ['after-pul=kill', 'there is no failpoint "after-pul"'],
    ['after-pull=die', '"after-pull=die" is not NAME[@PASSAGE]=kill|database-error|pause:MS'],
  ])('%s: does not start', async (failpoints, problem) => {
    start({ EMAY_IMS_FAILPOINTS: failpoints });
    expect(await service.ended()).toBe(1);
    expect(service.output()).toContain(`EMAY_IMS_FAILPOINTS: ${problem}`);
  });
});
