import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger } from '@nestjs/common';
import type { FaultOrder } from 'emay-ims-simulator';
import { ImsMessageView } from 'nestjs-emay-ims/http';
import { DataSource } from 'typeorm';
import { databasesUnderTest } from '../support/databases.js';
import { ACCOUNT, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';

const TEXT = 'CANARY-TEXT 你好';
const MOBILE = '+61422118777';
const CANARIES = [ACCOUNT.secretKey, 'CANARY-TEXT', '你好', '422118777', '61422118777'];
const SIGNATURE = /sign['"]?\s*[:=]/i;

/** Everything that is logged, at every level. */
class RecordingLogger extends ConsoleLogger {
  readonly lines: string[] = [];
  protected override printMessages(messages: unknown[], ...rest: unknown[]): void {
    this.lines.push(...[...messages, ...rest].map((part) => inspect(part, { depth: 10 })));
  }
  protected override printStackTrace(stack: string): void {
    this.lines.push(stack);
  }
}

const FAULTS: FaultOrder[] = [
  { kind: 'code', code: 'ERROR_MOBILE_ERROR' },
  { kind: 'code', code: 'ERROR_SOMETHING_NEW' },
  { kind: 'code', code: `bad number 00${MOBILE.slice(1)}` },
  { kind: 'code', code: TEXT },
  { kind: 'reset-before' },
  { kind: 'reset-after' },
  { kind: 'hang' },
  { kind: 'truncate' },
  { kind: 'html' },
  { kind: 'status', status: 500 },
  { kind: 'redirect' },
  { kind: 'oversize' },
  { kind: 'stranger-entries' },
  // Last, as it keeps direct sends from being tried for a while.
  { kind: 'code', code: 'ERROR_SIGN' },
];

describe.each(databasesUnderTest())('secrets, texts and numbers on %s', (kind) => {
  let app: GatewayApp;
  const logger = new RecordingLogger();
  afterEach(() => app.close());

  const start = async () => {
    logger.lines.length = 0;
    app = await startGatewayApp(kind, { logger, module: { http: { timeoutMs: 300, maxResponseBytes: 10_000 } } });
  };

  const everythingSaid = (errors: unknown[]) =>
    [
      ...logger.lines,
      ...errors.map((error) => JSON.stringify(error)),
      ...errors.map((error) => inspect(error, { depth: 12, showHidden: true })),
      ...errors.map((error) => String((error as Error).stack)),
      inspect(app.ims, { depth: 4 }),
    ].join('\n');

  const expectSilence = (said: string) => {
    for (const canary of CANARIES) expect(said).not.toContain(canary);
    expect(said).not.toMatch(SIGNATURE);
  };

  it('never appear in a log or an error, however the gateway fails', async () => {
    await start();
    const errors: unknown[] = [];
    for (const fault of FAULTS) {
      app.simulator.clearFaults();
      app.simulator.inject(fault);
      errors.push(await app.ims.send({ mobile: MOBILE, content: TEXT }).catch((error: unknown) => error));
      await app.ims.sendBatch({ content: TEXT, recipients: [{ mobile: MOBILE }] }).catch((error) => errors.push(error));
      app.simulator.inject({ ...fault, on: ['getIMSReport'] });
      await app.ims.pullReports().catch((error: unknown) => errors.push(error));
    }
    await app.simulator.stop();
    errors.push(await app.ims.send({ mobile: MOBILE, content: TEXT }).catch((error: unknown) => error));
    await app.ims.pullReports();
    expect(errors.filter((error) => error instanceof Error).length).toBeGreaterThan(5);
    expect(logger.lines.length).toBeGreaterThan(5);
    const { items } = await app.ims.find({ limit: 100 });
    const views = items.map((message) => JSON.stringify(ImsMessageView.of(message)));
    expectSilence([everythingSaid(errors), ...views].join('\n'));
  });

  it('never appear in an error about the input or about an id that is taken', async () => {
    await start();
    const errors = [
      await app.ims.send({ mobile: `${MOBILE}x`, content: `${TEXT}\0` }).catch((error: unknown) => error),
      await app.ims.enqueue([{ mobile: MOBILE, content: TEXT, customImsId: 'taken' }]),
      await app.ims
        .enqueue([{ mobile: MOBILE, content: `${TEXT}!`, customImsId: 'taken' }])
        .catch((error: unknown) => error),
    ].filter((result) => result instanceof Error);
    expect(errors).toHaveLength(2);
    expectSilence(everythingSaid(errors));
  });

  it('never appear in an error of the database, which holds the parameters', async () => {
    await start();
    const dataSource = kind === 'sqlite' ? await app.database.open() : app.module.get(DataSource);
    await dataSource.query('DROP TABLE emay_ims_message');
    const message = { mobile: MOBILE, content: TEXT };
    const errors = await Promise.all(
      [
        app.ims.send(message),
        app.ims.enqueue([message]),
        app.ims.sendPersonalized({ messages: [message] }),
        app.ims.find({ mobile: MOBILE }),
      ].map((call: Promise<unknown>) => call.catch((error: unknown) => error)),
    );
    expect(errors.every((error) => error instanceof Error && error.name === 'EmayImsStoreError')).toBe(true);
    expectSilence(everythingSaid(errors));
    if (kind === 'sqlite') await dataSource.destroy();
  });
});
