import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { AxiosInstance } from 'axios';
import {
  EmayImsAccounts,
  EmayImsAccountsModule,
  EmayImsClosedError,
  EmayImsError,
  EmayImsModule,
  EmayImsService,
  getEmayImsHttpToken,
  type ImsMessage,
} from 'nestjs-emay-ims';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
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

  describe('with several accounts', () => {
    const DISPATCH = { enabled: true, intervalMs: 10, maxBatchSize: 1, concurrency: 1 };
    /** Options of an account at a gateway of its own, which keeps its answers until it is let go. */
    const slowAccount = async (name: string) => {
      const simulator = await bench.anotherGateway(name);
      const options = bench.options({
        name,
        appId: name,
        baseUrl: simulator.url,
        database: bench.file(`${name}.sqlite`),
      });
      let answer!: () => void;
      const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
      const hold = (http: AxiosInstance) => {
        http.interceptors.response.use(async (response) => {
          await mayAnswer;
          return response;
        });
      };
      return { name, simulator, options: { ...options, dispatch: DISPATCH }, hold, answer };
    };
    const statesOf = async (ims: EmayImsService) => {
      const { ACCEPTED, QUEUED } = await ims.stats();
      return { ACCEPTED, QUEUED };
    };

    it.each([
      ['the first', 0],
      ['the last', 1],
    ])('all stop claiming at once, also where %s is answered first', async (_, first) => {
      const accounts = [await slowAccount('left'), await slowAccount('right')];
      const host = await bench.start({ imports: accounts.map(({ options }) => EmayImsModule.forRoot(options)) });
      const services = accounts.map(({ name }) => host.get<EmayImsService>(`EmayImsService:${name}`));
      for (const [index, { name, hold }] of accounts.entries()) {
        hold(host.get<AxiosInstance>(getEmayImsHttpToken(name)));
        await services[index]!.enqueue(['one', 'two', 'three'].map((customImsId) => ({ ...MESSAGE, customImsId })));
      }
      await eventually(
        () => accounts.map(({ simulator }) => simulator.accepted().length),
        (counts) => counts.every((count) => count === 1),
      );
      const closing = host.close();
      await turn(); // The first of the hooks has been called: up to it, Nest waits for nothing.
      accounts[first]!.answer();
      await eventually(
        () => statesOf(services[first]!),
        ({ ACCEPTED }) => ACCEPTED > 0,
      );
      accounts[1 - first]!.answer();
      await closing;
      expect(accounts.map(({ simulator }) => simulator.accepted().length)).toEqual([1, 1]);
    });

    it('one added at run time stops with the others, and none is added any more', async () => {
      const [imported, added] = [await slowAccount('imported'), await slowAccount('added')];
      const host = await bench.start({ imports: [EmayImsAccountsModule, EmayImsModule.forRoot(imported.options)] });
      imported.hold(host.get<AxiosInstance>(getEmayImsHttpToken('imported')));
      const accounts = host.get(EmayImsAccounts);
      await host.get<EmayImsService>('EmayImsService:imported').enqueue([MESSAGE]);
      const ims = await accounts.add(added.options);
      await eventually(
        () => imported.simulator.accepted(),
        ({ length }) => length === 1,
      );
      const closing = host.close();
      await turn();
      await ims.enqueue([MESSAGE]);
      expect(await ims.pullReports()).toMatchObject({ pages: 0, stoppedBy: 'SHUTTING_DOWN' });
      const late = accounts.add({ ...added.options, name: 'late', appId: 'late' });
      await expect(late).rejects.toThrow(EmayImsClosedError);
      imported.answer();
      await closing;
      expect(added.simulator.accepted()).toEqual([]);
    });

    it('of another application in the process go on', async () => {
      const accounts = [await slowAccount('closed'), await slowAccount('open')];
      const [closed, open] = await Promise.all(
        accounts.map(({ options }) => bench.start({ imports: [EmayImsModule.forRoot(options)] })),
      );
      accounts[1]!.answer();
      await closed!.close();
      await open!.get<EmayImsService>('EmayImsService:open').enqueue([MESSAGE]);
      await eventually(
        () => accounts[1]!.simulator.accepted(),
        ({ length }) => length === 1,
      );
    });
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
