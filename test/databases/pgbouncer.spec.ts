import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, type LoggerService } from '@nestjs/common';
import { EmayImsService, type EmayImsModuleOptions } from 'nestjs-emay-ims';
import { DataSource } from 'typeorm';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';
import { hasPgBouncer, PgBouncer } from './pgbouncer.js';
import { ServerHosts } from './server-hosts.js';

const DAY_MS = 24 * 3_600_000;
/** Fewer than one instance would take for itself. */
const SERVER_CONNECTIONS = 3;
const MESSAGES = 900;
const WORKER: Partial<EmayImsModuleOptions> = {
  dispatch: { intervalMs: 50, maxBatchSize: 50 },
  reports: { intervalMs: 100, pageSize: 50 },
  protocol: { canary: false },
};

const isPostgres = databasesUnderTest().includes('postgres');
if (isPostgres && process.env.CI && !hasPgBouncer()) throw new Error('pgbouncer is not installed');

(isPostgres && hasPgBouncer() ? describe : describe.skip)('behind PgBouncer in transaction mode', () => {
  let hosts: ServerHosts;
  let bouncer: PgBouncer;
  beforeEach(async () => {
    hosts = await ServerHosts.open('postgres');
    // As the page says: migrations go to the server itself.
    await (await hosts.database.open()).destroy();
    bouncer = await PgBouncer.start(hosts.database.url, SERVER_CONNECTIONS);
    hosts.closing.push(() => bouncer.stop());
  });
  afterEach(() => hosts.close());

  const start = async (
    more: Partial<EmayImsModuleOptions> = {},
    module: object = { notify: false },
    logger?: LoggerService,
  ) => hosts.start({ url: bouncer.url, migrationsRun: false }, module, more, logger);
  const messages = mobiles(MESSAGES).map((mobile, index) => ({ mobile, content: `Hello ${index % 7}` }));
  const delivered = (ims: EmayImsService) =>
    eventually(
      () => ims.stats(),
      ({ DELIVERED }) => DELIVERED === MESSAGES,
    );
  const acceptedOnce = () => expect(hosts.simulator.accepted()).toHaveLength(MESSAGES);

  it('two instances send what is enqueued, once, and apply the reports', async () => {
    const writer = (await start()).get(EmayImsService);
    await Promise.all([start(WORKER), start(WORKER)]);
    for (let from = 0; from < MESSAGES; from += 150) await writer.enqueue(messages.slice(from, from + 150));
    await delivered(writer);
    acceptedOnce();
    expect(await writer.status()).toMatchObject({ unconfirmed: 0, possibleLosses: 0, orphanedReports: 0 });
  });

  it('messages commit and roll back with the transaction of the host', async () => {
    const host = await start();
    const ims = host.get(EmayImsService);
    const source = host.get(DataSource);
    await source.transaction((manager) => ims.enqueue([{ ...messages[0]!, customImsId: 'kept' }], { manager }));
    await expect(
      source.transaction(async (manager) => {
        await ims.enqueue([{ ...messages[1]!, customImsId: 'gone' }], { manager });
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await ims.findOne('kept')).toMatchObject({ state: 'QUEUED' });
    expect(await ims.findOne('gone')).toBeNull();
    expect(await ims.cancel('kept')).toBe(true);
  });

  it('nothing is lost or sent twice where it is killed again and again', async () => {
    const writer = (await start()).get(EmayImsService);
    await Promise.all([start(WORKER), start(WORKER)]);
    await writer.enqueue(messages);
    for (let time = 1; time <= 3; time++) {
      await eventually(
        () => hosts.simulator.accepted().length,
        (count) => count >= (time * MESSAGES) / 5,
      );
      await bouncer.kill();
      await bouncer.resume();
    }
    await delivered(writer);
    acceptedOnce();
  });

  it('notifications arrive by the address of the server, and without it their absence is told', async () => {
    const { host } = new URL(hosts.database.url);
    const slow = { ...WORKER, dispatch: { intervalMs: DAY_MS } };
    const direct = (await start(slow, { listenAddress: host.includes(':') ? host : `${host}:5432` })).get(
      EmayImsService,
    );
    await eventually(
      () => direct.pulse(),
      ({ listens }) => listens,
    );
    const writer = (await start({}, {})).get(EmayImsService);
    await writer.enqueue([messages[0]!]);
    await eventually(
      () => hosts.simulator.accepted().length,
      (count) => count === 1,
    );
    const logger = new ConsoleLogger({ logLevels: [] });
    const warnings: string[] = [];
    logger.warn = (line: unknown) => void warnings.push(JSON.stringify(line));
    const deaf = (await start(slow, {}, logger)).get(EmayImsService);
    await eventually(
      () => warnings.some((line) => line.includes('do not arrive, as behind PgBouncer')),
      (isTold) => isTold,
    );
    expect((await deaf.pulse()).listens).toBe(false);
  });
});
