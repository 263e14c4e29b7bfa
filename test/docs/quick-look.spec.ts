import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import { readEnvironment } from '../../src/config/environment.js';
import { createApp } from '../../src/create-app.js';
import { eventually } from '../support/eventually.js';
import { missingPrograms, runShell } from './bash.js';
import { readPage } from './pages.js';
import { blockWith, runBlock } from './run-block.js';

const LANGUAGES = ['', '.zh'];

/** Listens on a free port; the lines of a page, written for port 3000, then go there. */
async function listen(app: INestApplication): Promise<(lines: string) => string> {
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return (lines) => lines.replaceAll('127.0.0.1:3000', `127.0.0.1:${port}`);
}

const answers = (printed: string) => [...printed.matchAll(/\{[^{}]*\}/g)].map(([json]) => JSON.parse(json) as object);

(missingPrograms.length > 0 ? describe.skip : describe)(
  missingPrograms.length > 0 ? `the first steps (skipped: no ${missingPrograms.join(', ')})` : 'the first steps',
  () => {
    let folder: string;
    let app: INestApplication | undefined;
    let simulator: Simulator | undefined;

    beforeEach(async () => {
      Logger.overrideLogger(false);
      folder = await mkdtemp(join(tmpdir(), 'emay-ims-docs-'));
    });
    afterEach(async () => {
      await app?.close();
      await simulator?.stop();
      simulator = undefined;
      delete process.env.EMAY_BASE_URL;
      await rm(folder, { recursive: true, force: true });
    });

    it.each(LANGUAGES)('README%s.md: the quick look at the reference application', async (language) => {
      app = await createApp(readEnvironment({ EMAY_IMS_DATABASE_URL: `sqlite:${folder}/ims.sqlite` }));
      const here = await listen(app);
      const [post = '', stats = ''] = blockWith(readPage(`README${language}.md`), 'curl', 'sh').code.split(
        /^(?=curl.*stats)/m,
      );
      expect(answers(await runShell(here(post)))).toMatchObject([{ mobile: '+61422118000', state: 'QUEUED' }]);
      await eventually(
        async () => answers(await runShell(here(stats))),
        ([counts]) => JSON.stringify(counts).includes('"DELIVERED":1'),
      );
    });

    it.each(LANGUAGES)('docs/quick-start%s.md: an application of one’s own, to DELIVERED', async (language) => {
      simulator = await startSimulator({ reportDelayMs: 0 });
      process.env.EMAY_BASE_URL = simulator.url;
      const page = readPage(`docs/quick-start${language}.md`);
      const { AppModule } = await runBlock(blockWith(page, 'class AppModule'), {}, folder);
      app = await NestFactory.create(AppModule as Type, { logger: false });
      const here = await listen(app);
      const { code } = blockWith(page, 'curl', 'sh');
      expect(answers(await runShell(here(code)))[0]).toMatchObject({ customImsId: 'login-1', state: 'ACCEPTED' });
      await eventually(
        async () => answers(await runShell(here(code))),
        ([, message]) => JSON.stringify(message).includes('"state":"DELIVERED"'),
      );
      expect(simulator.accepted()).toHaveLength(1); // the same command again sent nothing
    });
  },
);
