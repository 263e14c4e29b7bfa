import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, type INestApplicationContext } from '@nestjs/common';
import {
  EmayImsAccounts,
  EmayImsAccountsModule,
  EmayImsRejectedError,
  EmayImsService,
  EmayImsUnconfirmedError,
  getEmayImsToken,
  type EmayImsModuleOptions,
} from 'nestjs-emay-ims';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { serversUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';
import { ServerHosts } from './server-hosts.js';

const DAY_MS = 24 * 3_600_000;
/** Nothing is found by looking at its interval. */
const WORKER: Partial<EmayImsModuleOptions> = { dispatch: { intervalMs: DAY_MS }, protocol: { canary: false } };
const message = (customImsId: string, more: object = {}) => ({
  mobile: '+61422118000',
  content: 'Hello',
  customImsId,
  ...more,
});

const accepted = (ims: EmayImsService, id: string) =>
  eventually(
    () => ims.findOne(id),
    (found) => found !== null && found.acceptedAt !== null,
  );
const listening = (host: INestApplicationContext) =>
  eventually(
    () => host.get(EmayImsService).pulse(),
    ({ listens }) => listens,
  );

const SERVERS = serversUnderTest();

(SERVERS.length > 0 ? describe.each(SERVERS) : describe.skip.each(['mariadb']))(
  'without notifications on %s',
  (kind) => {
    let hosts: ServerHosts;
    beforeEach(async () => void (hosts = await ServerHosts.open(kind)));
    afterEach(() => hosts.close());

    it('an instance looks again soon after it has found what nobody announced', async () => {
      const writer = (await hosts.start({}, { notify: false })).get(EmayImsService);
      await writer.enqueue([message('before')]);
      const worker = await hosts.start({}, { notify: false }, WORKER);
      await accepted(writer, 'before');
      await writer.enqueue([message('after')]);
      await accepted(writer, 'after');
      expect(await worker.get(EmayImsService).pulse()).toMatchObject({ dispatches: true, listens: false });
    });
  },
);

(SERVERS.includes('postgres') ? describe : describe.skip)('notifications on postgres', () => {
  let hosts: ServerHosts;
  let outside: DataSource;
  beforeEach(async () => {
    hosts = await ServerHosts.open('postgres');
    outside = await hosts.database.open();
    hosts.closing.push(() => outside.destroy());
  });
  afterEach(() => hosts.close());

  const listeners = async () =>
    (
      await outside.query<{ pid: number }[]>(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %' AND pid <> pg_backend_pid()",
      )
    ).map(({ pid }) => pid);
  const writer = async (module = {}) => hosts.start({}, module, { protocol: { canary: false } });
  /** Every notification of the module's from now on. */
  const overhear = async () => {
    const [first] = await outside.query<{ query: string }[]>(
      "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %' AND pid <> pg_backend_pid()",
    );
    const runner = outside.createQueryRunner();
    hosts.closing.push(() => runner.release());
    const client = (await runner.connect()) as NodeJS.EventEmitter;
    const heard: string[] = [];
    client.on('notification', ({ payload }: { payload: string }) => heard.push(payload));
    await runner.query(String(first?.query));
    return { heard, seeThrough: () => runner.query('SELECT 1') };
  };

  it('have a message sent that another instance enqueues, streams, takes up or sends once more', async () => {
    const ims = (await writer()).get(EmayImsService);
    await listening(await hosts.start({}, {}, WORKER));
    await ims.enqueue([message('enqueued')]);
    await accepted(ims, 'enqueued');
    await ims.enqueueStream([message('streamed', { mobile: '+61422118001' })]);
    await accepted(ims, 'streamed');
    hosts.simulator.inject({ kind: 'reset-after' });
    await expect(ims.send(message('doubt'))).rejects.toThrow(EmayImsUnconfirmedError);
    await ims.resolveUnconfirmed('doubt', { decision: 'resend', decidedBy: 'test', reason: 'test' });
    await accepted(ims, 'doubt');
    hosts.simulator.inject({ kind: 'code', code: 'ERROR_BALANCE' });
    await expect(ims.send(message('held'))).rejects.toThrow(EmayImsRejectedError);
    await ims.enqueue([message('held')]);
    await accepted(ims, 'held');
  });

  it('name the account and nothing else, and are left out for a message that is for later', async () => {
    const ims = (await writer()).get(EmayImsService);
    await listening(await hosts.start({}, {}, WORKER));
    const { heard, seeThrough } = await overhear();
    await ims.enqueue([message('later', { sendAt: new Date(Date.now() + DAY_MS) })]);
    await ims.enqueueStream([message('later-too', { sendAt: new Date(Date.now() + DAY_MS) })]);
    await ims.enqueue([message('now')]);
    await accepted(ims, 'now');
    await seeThrough();
    // Whoever begins to listen tries whether it hears itself.
    expect(heard.filter((payload) => !/^\?[0-9a-f]{16}$/.test(payload))).toEqual(['default']);
  });

  it('come again after the connection was ended, and nothing is lost meanwhile', async () => {
    const ims = (await writer()).get(EmayImsService);
    const worker = await hosts.start({}, {}, WORKER);
    await listening(worker);
    const [pid] = await listeners();
    for (const id of ['first', 'second']) {
      await outside.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %' AND pid <> pg_backend_pid()",
      );
      await ims.enqueue([message(id)]);
      await accepted(ims, id);
    }
    await eventually(listeners, (now) => now.length === 1 && now[0] !== pid);
    await listening(worker);
    await ims.enqueue([message('third')]);
    await accepted(ims, 'third');
  });

  it('tell of a transaction that is joined with its commit, where the host wants it', async () => {
    const host = await writer({ notifyJoined: true });
    const ims = host.get(EmayImsService);
    const source = host.get(DataSource);
    const worker = await hosts.start({}, {}, WORKER);
    await listening(worker);
    const { heard, seeThrough } = await overhear();
    const told = async () => {
      await seeThrough();
      return heard.filter((payload) => payload === 'default').length;
    };
    const rolledBack = source.transaction(async (manager) => {
      await ims.enqueue([message('undone')], { manager });
      throw new Error('undone');
    });
    await expect(rolledBack).rejects.toThrow('undone');
    await source.transaction(async (manager) => {
      await ims.enqueue([message('joined')], { manager });
      await ims.enqueueStream([message('joined-too', { mobile: '+61422118001' })], { manager });
      await ims.enqueue([message('later', { sendAt: new Date(Date.now() + DAY_MS) })], { manager });
      expect(await told()).toBe(0);
    });
    await accepted(ims, 'joined');
    await accepted(ims, 'joined-too');
    expect(await told()).toBe(1);
    expect(await ims.findOne('undone')).toBeNull();
  });

  it('say nothing of a transaction that is joined unless the host wants it', async () => {
    const host = await writer();
    const ims = host.get(EmayImsService);
    await listening(await hosts.start({}, {}, WORKER));
    const { heard, seeThrough } = await overhear();
    await host.get(DataSource).transaction((manager) => ims.enqueue([message('joined')], { manager }));
    await seeThrough();
    expect(heard).not.toContain('default');
  });

  it('that never come, as behind a pooler, are told once, and messages are found by looking', async () => {
    const target = new URL(hosts.database.url);
    // What the server sends by itself is lost.
    const pooler = createServer((client) => {
      const server = connect(Number(target.port || 5432), target.hostname);
      server.on('data', (piece) => piece[0] !== 'A'.charCodeAt(0) && client.write(piece));
      client.pipe(server);
      for (const socket of [client, server]) socket.on('error', () => undefined);
      client.on('close', () => server.destroy());
    }).listen(0, '127.0.0.1');
    await once(pooler, 'listening');
    hosts.closing.push(async () => pooler.close());
    const lines: string[] = [];
    const logger = new ConsoleLogger({ logLevels: [] });
    logger.warn = (line: unknown) => void lines.push(JSON.stringify(line));
    const listenAddress = `127.0.0.1:${(pooler.address() as AddressInfo).port}`;
    const worker = await hosts.start({}, { listenAddress }, { ...WORKER, dispatch: { intervalMs: 50 } }, logger);
    await eventually(
      () => lines,
      (told) => told.some((line) => line.includes('database.listenAddress')),
    );
    const ims = (await writer()).get(EmayImsService);
    await ims.enqueue([message('found')]);
    await accepted(ims, 'found');
    expect(await worker.get(EmayImsService).pulse()).toMatchObject({ listens: false });
    expect(lines.filter((line) => line.includes('database.listenAddress'))).toHaveLength(1);
  });

  it('are off where the host wants none, and where an instance only stores', async () => {
    const worker = await hosts.start({}, { notify: false }, { dispatch: { intervalMs: 10 } });
    const ims = (await writer()).get(EmayImsService);
    await ims.enqueue([message('found')]);
    await accepted(ims, 'found');
    expect(await worker.get(EmayImsService).pulse()).toMatchObject({ listens: false });
    expect(await listeners()).toEqual([]);
  });

  it('take one connection for 200 accounts that come and go, and none at the end', async () => {
    const host = await Test.createTestingModule({
      imports: [TypeOrmModule.forRoot(hosts.database.typeOrmOptions!), EmayImsAccountsModule],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    hosts.closing.push(() => host.close());
    await host.init();
    const accounts = host.get(EmayImsAccounts);
    const names = Array.from({ length: 200 }, (_, index) => `account-${index}`);
    const options = (name: string) => ({
      ...{ ...ACCOUNT, ...QUIET, ...WORKER, name, baseUrl: hosts.simulator.url },
      appId: name === 'account-7' ? ACCOUNT.appId : name,
    });
    await Promise.all(names.map((name) => accounts.add(options(name))));
    const seventh = accounts.get('account-7');
    await eventually(
      () => seventh.pulse(),
      ({ listens }) => listens,
    );
    expect(await listeners()).toHaveLength(1);
    for (const name of names.slice(10)) await accounts.remove(name);
    const other = await hosts.start({}, {}, { name: 'account-7' });
    await other.get<EmayImsService>(getEmayImsToken('account-7')).enqueue([message('told')]);
    await accepted(seventh, 'told');
    expect(await listeners()).toHaveLength(1);
    for (const name of names.slice(0, 10)) await accounts.remove(name);
    await eventually(listeners, (left) => left.length === 0);
    await accounts.add(options('account-7'));
    await eventually(listeners, (now) => now.length === 1);
    await host.close();
    expect(await listeners()).toEqual([]);
  });
});
