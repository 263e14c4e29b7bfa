import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { EmayImsError, EmayImsModule, EmayImsService, type ImsMessage } from 'nestjs-emay-ims';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openEmbeddedSqlite } from '../../libs/emay-ims/src/schema/embedded-sqlite.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT } from '../support/gateway-app.js';
import { compiledLibrary, sourcesOfLibrary, type CompiledLibrary } from './compiled-library.js';
import { Workbench } from './workbench.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

async function storedStates(): Promise<Record<string, string>> {
  const dataSource = await openEmbeddedSqlite(bench.file().path);
  const rows = await dataSource.query<{ id: string; state: string }[]>(
    'SELECT custom_ims_id AS id, state FROM emay_ims_message',
  );
  await dataSource.destroy();
  return Object.fromEntries(rows.map(({ id, state }) => [id, state]));
}

describe('app.close()', () => {
  it.each<[string, (ims: EmayImsService) => Promise<unknown>]>([
    ['send', (ims) => ims.send(MESSAGE)],
    ['sendBatch', (ims) => ims.sendBatch({ content: 'Hello', recipients: [MESSAGE] as never })],
    ['sendPersonalized', (ims) => ims.sendPersonalized({ messages: [MESSAGE] })],
  ])('waits for a %s that is under way', async (_, send) => {
    bench.simulator.inject({ kind: 'delay', ms: 400 });
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options())] });
    const order: string[] = [];
    const sent = send(host.get(EmayImsService)).finally(() => order.push('sent'));
    await eventually(
      () => bench.simulator.accepted(),
      ({ length }) => length === 1,
    );
    await host.close().finally(() => order.push('closed'));
    await sent;
    expect(order).toEqual(['sent', 'closed']);
    expect(await storedStates()).toEqual({ one: 'ACCEPTED' });
  });

  it('waits for what the dispatcher has under way, and leaves the rest QUEUED', async () => {
    bench.simulator.inject({ kind: 'delay', ms: 400 });
    const dispatch = { enabled: true, intervalMs: 10, maxBatchSize: 1, concurrency: 1 };
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options({ dispatch }))] });
    const messages = ['one', 'two', 'three'].map((customImsId) => ({ ...MESSAGE, customImsId }));
    await host.get(EmayImsService).enqueue(messages);
    await eventually(
      () => bench.simulator.accepted(),
      ({ length }) => length === 1,
    );
    await host.close();
    const states = Object.values(await storedStates());
    expect(states.toSorted()).toEqual(['ACCEPTED', 'QUEUED', 'QUEUED']);
    expect(bench.simulator.accepted()).toHaveLength(1);
  });

  it('serves what still comes in while the host shuts down', async () => {
    @Injectable()
    class LastWords implements BeforeApplicationShutdown {
      readonly said: ImsMessage[] = [];

      constructor(private readonly ims: EmayImsService) {}

      async beforeApplicationShutdown(): Promise<void> {
        this.said.push(await this.ims.send({ ...MESSAGE, customImsId: 'sent' }));
        this.said.push(...(await this.ims.enqueue([{ ...MESSAGE, customImsId: 'enqueued' }])));
      }
    }
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options())], providers: [LastWords] });
    const lastWords = host.get(LastWords);
    await host.close();
    expect(lastWords.said.map(({ state }) => state)).toEqual(['ACCEPTED', 'QUEUED']);
    expect(await storedStates()).toEqual({ sent: 'ACCEPTED', enqueued: 'QUEUED' });
  });

  it('is harmless twice, at once or one after the other, and before the start', async () => {
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options())] });
    await Promise.all([host.close(), host.close()]);
    await host.close();
    const never = await bench.compile({ imports: [EmayImsModule.forRoot(bench.options())] });
    await never.close();
    await never.close();
    expect(bench.logs.lines.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  it('gives the leases back, so that the next instance need not wait', async () => {
    const options = bench.options();
    for (let instance = 0; instance < 2; instance++) {
      const host = await bench.start({ imports: [EmayImsModule.forRoot(options)] });
      await expect(host.get(EmayImsService).pullReports()).resolves.toMatchObject({ stoppedBy: null });
      await host.close();
    }
  });

  it('leaves the service refusing, with an error of ours', async () => {
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options())] });
    const ims = host.get(EmayImsService);
    await host.close();
    for (const call of [() => ims.send(MESSAGE), () => ims.enqueue([MESSAGE]), () => ims.findOne('one')]) {
      await expect(call()).rejects.toThrow(EmayImsError);
    }
  });
});

describe('the package in a process of its own', () => {
  let library: CompiledLibrary;
  beforeEach(async () => {
    library = await compiledLibrary();
  });
  afterEach(() => library.remove());

  async function run(...mode: string[]) {
    const script = fileURLToPath(new URL('host-process.mjs', import.meta.url));
    const settings = { baseUrl: bench.simulator.url, ...ACCOUNT, database: bench.file() };
    const child = spawn(process.execPath, [script, library.entry, JSON.stringify(settings), ...mode], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    const giveUp = setTimeout(() => child.kill('SIGKILL'), 90_000);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(giveUp);
    return { code, output };
  }

  it.each(['with-schedule', 'without-schedule'])('ends by itself once the application is closed, %s', async (mode) => {
    const { code, output } = await run(mode);
    expect({ code, output }).toEqual({
      code: 0,
      output: `ScheduleModule: ${mode === 'with-schedule'}\nDELIVERED\nclosed\n`,
    });
  });

  it('does not ask for @nestjs/schedule anywhere but in a type or where it may be missing', async () => {
    const asking: string[] = [];
    for (const path of await sourcesOfLibrary()) {
      const source = await readFile(path, 'utf8');
      const statements = source.match(/(?:import|export)\s[^;]*?from\s*'@nestjs\/schedule[^']*'/g) ?? [];
      asking.push(...statements.filter((statement) => !/^(?:import|export) type\s/.test(statement)));
      asking.push(...(source.match(/import\s*'@nestjs\/schedule[^']*'/g) ?? []));
    }
    expect(asking).toEqual([]);
    const engine = sourcesOfLibrary().then((paths) => paths.filter((path) => path.endsWith('in-process-engine.ts')));
    expect(await engine).toHaveLength(1);
  });
});
