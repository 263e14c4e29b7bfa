import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoggerService } from '@nestjs/common';
import Database from 'libsql';
import { EmayImsClient, EmayImsModule, EmayImsService, OnImsEvent } from 'nestjs-emay-ims';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';
import { Workbench } from './workbench.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };

/** A host's logger that is broken: its disk is full, its socket is gone. */
class ThrowingLogger implements LoggerService {
  thrown = 0;
  log = () => this.fail();
  error = () => this.fail();
  warn = () => this.fail();
  debug = () => this.fail();
  verbose = () => this.fail();
  fatal = () => this.fail();

  private fail(): never {
    this.thrown++;
    throw new Error('the logger is broken');
  }
}

let bench: Workbench;
let logger: ThrowingLogger;
const escaped: unknown[] = [];
const escape = (error: unknown) => void escaped.push(error);
beforeEach(async () => {
  bench = await Workbench.open();
  logger = new ThrowingLogger();
  escaped.length = 0;
  process.on('unhandledRejection', escape);
  process.on('uncaughtException', escape);
});
afterEach(async () => {
  await bench.close();
  process.off('unhandledRejection', escape);
  process.off('uncaughtException', escape);
  expect(escaped).toEqual([]);
});

const start = async (options: Parameters<Workbench['options']>[0] = {}, providers: (new () => unknown)[] = []) => {
  const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options(options))], providers });
  host.useLogger(logger);
  return { host, ims: host.get(EmayImsService) };
};

/** Past the module. */
function sql(statement: string): Record<string, unknown>[] {
  const file = new Database(bench.file().path, { timeout: 5_000 });
  try {
    const prepared = file.prepare(statement);
    if (prepared.reader) return prepared.all() as Record<string, unknown>[];
    prepared.run();
    return [];
  } finally {
    file.close();
  }
}

describe("a host's logger that throws", () => {
  it('loses no outcome of a send', async () => {
    const { ims } = await start();
    bench.simulator.inject({ kind: 'reset-after' });
    await expect(ims.send(MESSAGE)).rejects.toMatchObject({ code: 'EMAY_IMS_UNCONFIRMED' });
    expect(await ims.findOne('one')).toMatchObject({ state: 'UNCONFIRMED', code: 'ECONNRESET' });
    bench.simulator.inject({ kind: 'code', code: 'ERROR_MOBILE_ERROR' });
    const refused = { ...MESSAGE, customImsId: 'refused' };
    await expect(ims.send(refused)).rejects.toMatchObject({ code: 'ERROR_MOBILE_ERROR' });
    expect(await ims.findOne('refused')).toMatchObject({ state: 'REJECTED' });
    expect(logger.thrown).toBeGreaterThan(1);
  });

  it('stops no job: what is queued goes out, and failures do not end it', async () => {
    const backoff = { minBackoffMs: 10, maxBackoffMs: 20 };
    const { ims } = await start({ dispatch: { intervalMs: 10, ...backoff }, reports: { intervalMs: 10 } });
    bench.simulator.inject({ kind: 'code', code: 'ERROR_SIGN', times: 2 });
    bench.simulator.inject({ kind: 'code', code: 'ERROR_SIGN', times: 2, on: ['getIMSReport'] });
    await ims.enqueue([MESSAGE]);
    await eventually(
      () => ims.findOne('one'),
      (message) => message?.state === 'DELIVERED',
    );
    expect(logger.thrown).toBeGreaterThan(1);
  });

  it('starts no second round of a job that fails, and ends none', async () => {
    const { ims } = await start({ dispatch: { intervalMs: 10 } });
    sql('ALTER TABLE emay_ims_message RENAME TO hidden');
    await eventually(
      () => logger.thrown,
      (thrown) => thrown > 2,
    );
    sql('ALTER TABLE hidden RENAME TO emay_ims_message');
    await ims.enqueue([MESSAGE]);
    await eventually(
      () => ims.findOne('one'),
      (message) => message?.state === 'ACCEPTED',
    );
  });

  it('loses no page of reports', async () => {
    const { host, ims } = await start();
    await ims.sendBatch({ content: 'Hello', recipients: mobiles(3).map((mobile) => ({ mobile })) });
    await host.get(EmayImsClient).sendSingleIms({ ...MESSAGE, customImsId: 'of-a-stranger' });
    expect(await ims.pullReports()).toMatchObject({ reports: 4, applied: 3, orphaned: 1, stoppedBy: null });
    bench.simulator.inject({ kind: 'html', on: ['getIMSReport'] });
    expect(await ims.pullReports()).toMatchObject({ stoppedBy: 'UNREADABLE' });
    expect(await ims.status()).toMatchObject({ orphanedReports: 1, possibleLosses: expect.any(Number) });
    expect(logger.thrown).toBeGreaterThan(1);
  });

  it('keeps a page whose database is away, and brings it home', async () => {
    const { ims } = await start({ reports: { enabled: false, spoolPath: `${bench.folder}/spool` } });
    await ims.send(MESSAGE);
    bench.simulator.inject({ kind: 'delay', ms: 300, on: ['getIMSReport'] });
    const pulled = ims.pullReports();
    await eventually(
      () => bench.simulator.handedOut().length,
      (count) => count > 0,
    );
    sql('ALTER TABLE emay_ims_report_batch RENAME TO hidden');
    expect(await pulled).toMatchObject({ stoppedBy: 'SPOOLED' });
    sql('ALTER TABLE hidden RENAME TO emay_ims_report_batch');
    expect(await ims.pullReports()).toMatchObject({ applied: 1, stoppedBy: null });
    expect(await ims.findOne('one')).toMatchObject({ state: 'DELIVERED' });
    expect(logger.thrown).toBeGreaterThan(1);
  });

  it('starves no task of a sweep', async () => {
    const started = await start();
    const past = { ...MESSAGE, expiresAt: new Date(Date.now() + 50) };
    await started.ims.enqueue([past]);
    await started.host.close();
    sql(`UPDATE emay_ims_message SET expires_at = 1`);
    const { ims } = await start({ reports: { intervalMs: 10 } });
    await eventually(
      () => ims.findOne('one'),
      (message) => message?.state === 'EXPIRED',
    );
  });

  it('disturbs neither a listener nor a durable handler that fails, nor the shutdown', async () => {
    class Listener {
      calls = 0;
      @OnImsEvent('message.*')
      onMessage(): void {
        throw new Error('broken');
      }

      @OnImsEvent('message.accepted', { durable: 'ledger' })
      onAccepted(): void {
        if (this.calls++ === 0) throw new Error('broken');
      }
    }
    const { host, ims } = await start({ reports: { intervalMs: 10 } }, [Listener]);
    await ims.send(MESSAGE);
    await eventually(
      () => host.get(Listener).calls,
      (calls) => calls === 2,
    );
    expect(logger.thrown).toBeGreaterThan(1);
    await host.close();
    expect(sql('SELECT * FROM emay_ims_event')).toEqual([]);
  });

  it('stops no start', async () => {
    const { Logger } = await import('@nestjs/common');
    Logger.overrideLogger(logger);
    expect(() => EmayImsModule.forRoot(bench.options({ baseUrl: 'http://gateway.example' }))).not.toThrow();
    expect(logger.thrown).toBe(1);
  });
});
