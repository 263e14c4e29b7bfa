import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import {
  EMAY_IMS_MIGRATIONS,
  EmayImsModule,
  EmayImsOptionsError,
  EmayImsService,
  getEmayImsRepositoryToken,
  getEmayImsToken,
  type ImsMessage,
} from 'nestjs-emay-ims';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Repository } from 'typeorm';
import { openEmbeddedSqlite } from '../../libs/emay-ims/src/schema/embedded-sqlite.js';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';
import { countingDriver } from './counting-driver.js';
import { Workbench } from './workbench.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

describe('the repository of an embedded SQLite file', () => {
  let repository: Repository<ImsMessage>;
  let ims: EmayImsService;
  beforeEach(async () => {
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options())] });
    repository = host.get(getEmayImsRepositoryToken());
    ims = host.get(EmayImsService);
    await ims.enqueue([MESSAGE]);
  });

  it('reads what is committed, with all that TypeORM offers', async () => {
    expect(await repository.count()).toBe(1);
    expect(await repository.findOneBy({ customImsId: 'one' })).toMatchObject({ content: 'Hello', state: 'QUEUED' });
    const built = await repository.createQueryBuilder('m').where('m.mobile = :mobile', MESSAGE).getMany();
    expect(built[0]?.createdAt).toBeInstanceOf(Date);
    await ims.send({ ...MESSAGE, customImsId: 'two' });
    expect(await repository.existsBy({ customImsId: 'two', state: 'ACCEPTED' })).toBe(true);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['save', async () => repository.save(repository.create({ ...(await ims.findOne('one')), customImsId: 'theirs' }))],
    ['insert', async () => repository.insert({ ...(await ims.findOne('one')), customImsId: 'theirs' })],
    ['update', () => repository.update({ customImsId: 'one' }, { state: 'DELIVERED' })],
    ['delete', () => repository.delete({ customImsId: 'one' })],
    ['clear', () => repository.clear()],
    ['a transaction', () => repository.manager.transaction((m) => m.delete(repository.target, { customImsId: 'one' }))],
    ['a query builder', () => repository.createQueryBuilder().update().set({ content: 'x' }).execute()],
    ['raw SQL', () => repository.query('DROP TABLE emay_ims_message')],
  ])('cannot write: %s', async (_, write) => {
    const before = await ims.findOne('one');
    await expect(write()).rejects.toThrow(/readonly/);
    expect(await ims.findOne('one')).toEqual(before);
    expect(await ims.findOne('theirs')).toBeNull();
    expect(await repository.count()).toBe(1);
    await expect(ims.send({ ...MESSAGE, customImsId: 'after' })).resolves.toMatchObject({ state: 'ACCEPTED' });
  });

  it('does not hold up the service while it reads in a transaction', async () => {
    await repository.manager.transaction(async (manager) => {
      expect(await manager.countBy(repository.target, {})).toBe(1);
      await expect(ims.send({ ...MESSAGE, customImsId: 'meanwhile' })).resolves.toMatchObject({ state: 'ACCEPTED' });
    });
    expect(await repository.count()).toBe(2);
  });
});

describe('one SQLite file', () => {
  it('serves two accounts and their readers at once, under load', async () => {
    const names = ['alerts', 'marketing'];
    const active = { dispatch: { enabled: true, intervalMs: 10 }, reports: { enabled: true, intervalMs: 10 } };
    const host = await bench.start({
      imports: names.map((name) => EmayImsModule.forRoot(bench.options({ name, ...active }))),
    });
    const load = { isOver: false };
    const calls = names.map(async (name, account) => {
      const ims = host.get<EmayImsService>(getEmayImsToken(name));
      const numbers = mobiles(240, 422_118_000 + 1_000 * account);
      const enqueued = Array.from({ length: 20 }, (_, call) =>
        ims.enqueue(numbers.slice(10 * call, 10 * call + 10).map((mobile) => ({ mobile, content: `Call ${call}` }))),
      );
      const sent = numbers.slice(200).map((mobile) => ims.send({ mobile, content: 'Direct' }));
      await Promise.all([...enqueued, ...sent]);
    });
    const readers = names.map(async (name) => {
      const repository = host.get<Repository<ImsMessage>>(getEmayImsRepositoryToken(name));
      for (; !load.isOver; await pause(1)) await repository.find({ where: { account: name }, take: 50 });
    });
    try {
      await Promise.all(calls);
    } finally {
      load.isOver = true;
    }
    await Promise.all(readers);
    await host.close();
    expect(bench.logs.lines.filter((line) => /BUSY|locked|failed/.test(line))).toEqual([]);
    const stored = await openEmbeddedSqlite(bench.file().path);
    const rows = await stored.query('SELECT account, count(*) AS count FROM emay_ims_message GROUP BY account');
    await stored.destroy();
    expect(rows).toEqual(names.map((account) => ({ account, count: 240 })));
    const ids = bench.simulator.accepted().map(({ customImsId }) => customImsId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is waited for without standing still while somebody else writes to it', async () => {
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options())] });
    // Something of the start may be under way in the thread.
    const other = new Database(bench.file().path, { timeout: 5_000 });
    other.exec('BEGIN IMMEDIATE');
    let isOver = false;
    const enqueued = host.get(EmayImsService).enqueue([MESSAGE]);
    void enqueued.finally(() => (isOver = true)).catch(() => undefined);
    // Were SQLite waiting inside, not one of these turns would come before it gave up.
    for (let turn = 0; turn < 20; turn++) await pause(5);
    expect(isOver).toBe(false);
    other.exec('COMMIT');
    other.close();
    expect(await enqueued).toHaveLength(1);
  });

  it('may be opened for the first time by many at once', async () => {
    const { path } = bench.file('fresh/deeper/ims.sqlite');
    const { driver, count } = countingDriver(bench.folder);
    const opened = await Promise.all(Array.from({ length: 6 }, () => openEmbeddedSqlite(path, driver)));
    for (const dataSource of opened) {
      expect(await dataSource.query('SELECT count(*) AS count FROM emay_ims_migration')).toEqual([
        { count: EMAY_IMS_MIGRATIONS.length },
      ]);
      await dataSource.destroy();
    }
    expect(count().open).toBe(0);
  });

  it('leaves no connection open that it could not prepare', async () => {
    const { path } = bench.file();
    const { driver, count } = countingDriver(bench.folder);
    const holder = new Database(path);
    holder.exec('BEGIN EXCLUSIVE; CREATE TABLE theirs (id)');
    const opening = openEmbeddedSqlite(path, driver);
    await eventually(
      () => count().opened,
      (opened) => opened > 2,
    );
    holder.exec('COMMIT');
    holder.close();
    const dataSource = await opening;
    expect(count().open).toBe(2);
    await dataSource.destroy();
    expect(count().open).toBe(0);
  });

  it.each([
    ['a folder', async () => bench.folder],
    [
      'no database',
      async () => {
        const path = join(bench.folder, 'text');
        await writeFile(path, 'x'.repeat(9_999));
        return path;
      },
    ],
  ])('that is %s stops the start with a sentence, and stays closed', async (_, place) => {
    const { driver, count } = countingDriver(bench.folder);
    const database = { type: 'sqlite' as const, path: await place(), driver };
    const start = bench.start({ imports: [EmayImsModule.forRoot(bench.options({ database }))] });
    await expect(start).rejects.toThrow(EmayImsOptionsError);
    await expect(start).rejects.toThrow(/database\.path '.*' cannot be opened \(.+\)\. Write the path of a file/);
    expect(count()).toEqual({ opened: 1, open: 0 });
  });
});

describe('the connections of an account', () => {
  it('are closed with the application, and closing again is harmless', async () => {
    const { driver, count } = countingDriver(bench.folder);
    const database = { ...bench.file(), driver };
    const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options({ database }))] });
    await host.get(EmayImsService).enqueue([MESSAGE]);
    expect(count().open).toBe(2);
    await Promise.all([host.close(), host.close()]);
    await host.close();
    expect(count()).toEqual({ opened: 2, open: 0 });
    expect(bench.logs.lines.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  it.each(['a provider that cannot be made', 'another account whose options are wrong'])(
    'are not open after a start that failed for %s',
    async (why) => {
      const { driver, count } = countingDriver(bench.folder);
      const database = { ...bench.file(), driver };
      const start = bench.start({
        imports: [
          EmayImsModule.forRoot(bench.options({ database })),
          ...(why.startsWith('another')
            ? [EmayImsModule.forRootAsync({ name: 'other', useFactory: () => ({}) as never })]
            : []),
        ],
        providers: why.startsWith('a provider')
          ? [{ provide: 'broken', useFactory: () => Promise.reject(new Error('broken')) }]
          : [],
      });
      await expect(start).rejects.toThrow(/broken|cannot start/);
      expect(count().open).toBe(0);
    },
  );

  it.each(['onModuleInit', 'onApplicationBootstrap'])('are closed by close() after a failed %s', async (hook) => {
    const { driver, count } = countingDriver(bench.folder);
    const database = { ...bench.file(), driver };
    class Broken {
      [hook](): void {
        throw new Error('broken');
      }
    }
    const host = await bench.compile({
      imports: [EmayImsModule.forRoot(bench.options({ database }))],
      providers: [Broken],
    });
    await expect(host.init()).rejects.toThrow('broken');
    await host.close();
    expect(count()).toEqual({ opened: 2, open: 0 });
  });

  it('are closed where the second could not be opened', async () => {
    const { driver, count } = countingDriver(bench.folder, { failAtOpening: 2 });
    const database = { ...bench.file(), driver };
    const start = bench.start({ imports: [EmayImsModule.forRoot(bench.options({ database }))] });
    await expect(start).rejects.toThrow(/no further connection/);
    expect(count()).toEqual({ opened: 2, open: 0 });
  });
});
