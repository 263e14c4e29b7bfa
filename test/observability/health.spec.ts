import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { EmayImsModule, EmayImsOptionsError, EmayImsStoreError, getEmayImsToken } from 'nestjs-emay-ims';
import { EmayImsHealthIndicator, EmayImsHealthModule, type EmayImsHealthOptions } from 'nestjs-emay-ims/terminus';
import { DataSource } from 'typeorm';
import { atDate } from '../support/at-date.js';
import { createTestDatabase, databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';
import { lockMessages } from './support/lock-messages.js';
import { CANARIES, MOBILE, startObservedApp, TEXT, type ObservedApp } from './support/observed-app.js';

/** What the probe asks for; a test sets it. */
let asked: EmayImsHealthOptions = {};

@Controller()
class ProbeController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly ims: EmayImsHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.ims.check('emay-ims', asked)]);
  }
}

describe.each(databasesUnderTest())('the health of an account on %s', (kind) => {
  let observed: ObservedApp;
  afterEach(() => observed.close());

  const start = async (options: Parameters<typeof startObservedApp>[1] = {}) => {
    asked = {};
    observed = await startObservedApp(kind, {
      ...options,
      imports: [TerminusModule, EmayImsHealthModule, ...(options.imports ?? [])],
      controllers: [ProbeController],
    });
  };

  const probe = async () => {
    const response = await fetch(`${observed.url}/ready`);
    const body = (await response.json()) as HealthCheckResult;
    return { code: response.status, status: body.status, ims: body.details?.['emay-ims'], text: JSON.stringify(body) };
  };

  it('is up, with its facts, while all is well', async () => {
    await start();
    const before = await probe();
    expect(before).toMatchObject({ code: 200, status: 'ok' });
    expect(before.ims).toEqual({
      status: 'up',
      account: 'default',
      database: 'up',
      circuit: 'closed',
      oldestDueForMs: null,
      lastGoodPullAt: null,
      pollLease: 'nobody',
      problems: [],
    });
    await observed.ims.pullReports();
    const after = await probe();
    expect(after.ims).toMatchObject({ status: 'up', pollLease: 'this-instance', lastGoodPullAt: expect.any(String) });
    expect(Math.abs(Date.parse(after.ims?.lastGoodPullAt) - Date.now())).toBeLessThan(60_000);
  });

  it('reports an open circuit without failing, and fails where the host wants that', async () => {
    await start();
    observed.simulator.inject({ kind: 'code', code: 'ERROR_SIGN' });
    await expect(observed.ims.send({ mobile: MOBILE, content: TEXT })).rejects.toThrow('ERROR_SIGN');
    const reported = await probe();
    expect(reported).toMatchObject({ code: 200, status: 'degraded' });
    expect(reported.ims).toMatchObject({ status: 'degraded', circuit: 'ERROR_SIGN', problems: ['circuit'] });
    asked = { failOn: ['queue'] };
    expect(await probe()).toMatchObject({ code: 200, status: 'degraded' });
    asked = { failOn: ['circuit'] };
    expect(await probe()).toMatchObject({ code: 503, status: 'error', ims: { status: 'down', problems: ['circuit'] } });
  });

  it('reports a message that is due and waits longer than allowed', async () => {
    await start();
    await observed.ims.enqueue([{ mobile: MOBILE, content: TEXT, priority: 7 }]);
    expect(await probe()).toMatchObject({ status: 'ok', ims: { oldestDueForMs: expect.any(Number) } });
    asked = { maxQueueAgeMs: 0 };
    const late = await eventually(probe, ({ status }) => status !== 'ok');
    expect(late).toMatchObject({ code: 200, status: 'degraded', ims: { problems: ['queue'] } });
  });

  it('does not take what is for later, or was withdrawn, for waiting', async () => {
    await start();
    await observed.ims.enqueue([
      { mobile: MOBILE, content: TEXT, sendAt: new Date('2099-01-01') },
      { mobile: MOBILE, content: TEXT, customImsId: 'withdrawn' },
    ]);
    await observed.ims.cancel('withdrawn');
    expect(await probe()).toMatchObject({ status: 'ok', ims: { oldestDueForMs: null } });
  });

  it('knows how old a pull is that was made while the clock of the machine was ahead', async () => {
    await start({ module: { reports: { cron: '0 0 1 1 *' } } });
    await atDate(new Date(Date.now() + 300_000), () => observed.ims.pullReports());
    expect(await probe()).toMatchObject({ status: 'ok' });
    asked = { maxPullAgeMs: 1, failOn: ['reports'] };
    await eventually(probe, ({ code }) => code === 503);
  });

  it('reports reports that nobody has pulled for longer than allowed', async () => {
    await start({ module: { reports: { cron: '0 0 1 1 *' } } });
    await eventually(
      () => observed.ims.status(),
      ({ lastGoodPullAt }) => lastGoodPullAt !== null,
    );
    expect(await probe()).toMatchObject({ status: 'ok' });
    asked = { maxPullAgeMs: -1, failOn: ['reports'] };
    expect(await probe()).toMatchObject({ code: 503, ims: { problems: ['reports'] } });
  });

  it('is down when the database is, and says no more than why', async () => {
    await start();
    await observed.ims.enqueue([{ mobile: MOBILE, content: TEXT }]);
    const dataSource = await observed.database.open();
    await dataSource.query('DROP TABLE emay_ims_message');
    await dataSource.destroy();
    const down = await probe();
    expect(down).toMatchObject({ code: 503, status: 'error' });
    expect(down.ims).toEqual({ status: 'down', account: 'default', database: 'down', code: expect.any(String) });
    for (const canary of [...CANARIES, '127.0.0.1', 'sqlite/']) expect(down.text).not.toContain(canary);
  });

  it('counts nothing: events, reports and pages are not even looked at, however many there are', async () => {
    await start();
    const dataSource = await observed.database.open();
    // Whatever asks for one of them fails from now on.
    for (const table of ['emay_ims_event', 'emay_ims_report', 'emay_ims_report_batch']) {
      await dataSource.query(`DROP TABLE ${table}`);
    }
    await dataSource.destroy();
    await expect(observed.ims.status()).rejects.toThrow(EmayImsStoreError);
    expect(await probe()).toMatchObject({ code: 200, status: 'ok', ims: { database: 'up' } });
  });

  it('tells of each account by its name, and of none that does not exist', async () => {
    const another = await createTestDatabase('sqlite');
    await start({
      imports: [
        EmayImsModule.forRoot({
          name: 'marketing',
          baseUrl: 'http://127.0.0.1:1',
          ...ACCOUNT,
          database: another.moduleOptions,
          ...QUIET,
        }),
      ],
    });
    await expect(
      observed.app.get(getEmayImsToken('marketing')).send({ mobile: MOBILE, content: TEXT }),
    ).rejects.toThrow('ECONNREFUSED');
    expect(await probe()).toMatchObject({ status: 'ok', ims: { account: 'default', circuit: 'closed' } });
    asked = { account: 'marketing' };
    expect(await probe()).toMatchObject({
      status: 'degraded',
      ims: { account: 'marketing', circuit: 'ECONNREFUSED' },
    });
    const indicator = observed.app.get(EmayImsHealthIndicator);
    await expect(indicator.check('emay-ims', { account: 'nobody' })).rejects.toThrow(EmayImsOptionsError);
    await another.drop();
  });

  if (kind !== 'sqlite') {
    it('is down when the database does not answer in time', async () => {
      await start();
      asked = { timeoutMs: 200 };
      const blocker = await lockMessages(observed.app.get(DataSource));
      expect(await probe()).toMatchObject({ code: 503, ims: { database: 'down', code: 'TIMEOUT' } });
      await blocker.release();
      asked = {};
      expect(await eventually(probe, ({ code }) => code === 200)).toMatchObject({ status: 'ok' });
    });
  }
});
