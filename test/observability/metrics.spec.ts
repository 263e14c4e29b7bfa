import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { EmayImsOptionsError, EmayImsService } from 'nestjs-emay-ims';
import { EmayImsMetricsModule } from 'nestjs-emay-ims/prometheus';
import { AggregatorRegistry, Counter, Gauge, register, Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { atDate } from '../support/at-date.js';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';
import { lockMessages } from './support/lock-messages.js';
import { CANARIES, MOBILE, startObservedApp, TEXT, type ObservedApp } from './support/observed-app.js';

describe.each(databasesUnderTest())('the metrics of an account on %s', (kind) => {
  let observed: ObservedApp;
  let registry: Registry;
  afterEach(() => observed.close());

  const start = async () => {
    registry = new Registry();
    observed = await startObservedApp(kind, {
      module: { http: { timeoutMs: 5_000 } },
      imports: [EmayImsMetricsModule.forRoot({ registry, cacheMs: 0 })],
    });
  };

  /** Samples of the page, `name{labels}` to value. */
  const scrape = async (): Promise<Record<string, number>> => {
    const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    );
  };

  /** Sends one message after a fault, whatever becomes of it. */
  const sendAfter = async (fault?: Parameters<ObservedApp['simulator']['inject']>[0]) => {
    observed.simulator.clearFaults();
    if (fault) observed.simulator.inject(fault);
    await observed.ims.send({ mobile: MOBILE, content: TEXT }).catch(() => undefined);
  };

  it('count requests, what they settled, and delivery reports', async () => {
    await start();
    const recipients = mobiles(3).map((mobile) => ({ mobile }));
    await observed.ims.sendBatch({ content: TEXT, recipients });
    await sendAfter();
    await sendAfter({ kind: 'code', code: 'ERROR_MOBILE_ERROR' });
    await sendAfter({ kind: 'code', code: 'ERROR_MADE_UP' });
    await sendAfter({ kind: 'hang' });
    observed.simulator.clearFaults();
    await observed.ims.pullReports();
    const duration = (call: string, outcome: string) =>
      `emay_ims_request_duration_seconds_count{account="default",call="${call}",outcome="${outcome}"}`;
    const submitted = (outcome: string, code: string) =>
      `emay_ims_submitted_messages_total{account="default",outcome="${outcome}",code="${code}"}`;
    const effect = (name: string) => `emay_ims_report_effects_total{account="default",effect="${name}"}`;
    expect(await scrape()).toMatchObject({
      [duration('sendBatchIMS', 'accepted')]: 1,
      [duration('sendSingleIMS', 'accepted')]: 1,
      [duration('sendSingleIMS', 'refused')]: 1,
      [duration('sendSingleIMS', 'unconfirmed')]: 2,
      [duration('getIMSReport', 'answered')]: 1,
      [submitted('accepted', 'SUCCESS')]: 4,
      [submitted('rejected', 'ERROR_MOBILE_ERROR')]: 1,
      [submitted('unconfirmed', 'TIMEOUT')]: 1,
      [submitted('unconfirmed', 'other')]: 1,
      'emay_ims_report_pages_total{account="default"}': 1,
      'emay_ims_reports_total{account="default",state="DELIVRD"}': 4,
      'emay_ims_reports_total{account="default",state="TIMEOUT"}': 0,
      [effect('applied')]: 4,
      [effect('orphaned')]: 0,
    });
  });

  it('show what stands in the database and what this instance does', async () => {
    await start();
    await sendAfter();
    await sendAfter({ kind: 'hang', on: ['sendSingleIMS'] });
    await observed.ims.enqueue([{ mobile: MOBILE, content: TEXT }]);
    const before = await scrape();
    expect(before).toMatchObject({
      'emay_ims_database_up{account="default"}': 1,
      'emay_ims_messages{account="default",state="ACCEPTED"}': 1,
      'emay_ims_messages_counted_timestamp_seconds{account="default"}': expect.any(Number),
      'emay_ims_messages{account="default",state="UNCONFIRMED"}': 1,
      'emay_ims_messages{account="default",state="QUEUED"}': 1,
      'emay_ims_messages{account="default",state="DELIVERED"}': 0,
      'emay_ims_circuit_open{account="default"}': 1,
      'emay_ims_poll_lease_held{account="default"}': 0,
      'emay_ims_possible_losses{account="default"}': 0,
      'emay_ims_orphaned_reports{account="default"}': 0,
    });
    expect(before['emay_ims_oldest_due_age_seconds{account="default"}']).toBeGreaterThanOrEqual(0);
    expect(before).not.toHaveProperty(['emay_ims_last_good_pull_timestamp_seconds{account="default"}']);
    observed.simulator.clearFaults();
    // The time of the pull is told by today's clock, though it was ahead.
    await atDate(new Date(Date.now() + 300_000), () => observed.ims.pullReports());
    observed.simulator.inject({ kind: 'hang', on: ['getIMSReport'] });
    await observed.ims.pullReports();
    // What was seen before is kept for a while, the longer the slower the database.
    const losses = 'emay_ims_possible_losses{account="default"}';
    const after = await eventually(scrape, (page) => page[losses] === 1);
    expect(after).toMatchObject({
      'emay_ims_messages{account="default",state="DELIVERED"}': expect.any(Number),
      'emay_ims_poll_lease_held{account="default"}': 1,
    });
    const pulledAt = after['emay_ims_last_good_pull_timestamp_seconds{account="default"}'] as number;
    expect(Math.abs(pulledAt - Date.now() / 1_000)).toBeLessThan(60);
  });

  it('go on without the database, and without a number, a text or a key in them', async () => {
    await start();
    await sendAfter({ kind: 'code', code: '+61422118777' });
    await sendAfter();
    const dataSource = await observed.database.open();
    await dataSource.query('DROP TABLE emay_ims_message');
    await dataSource.destroy();
    const page = await scrape();
    expect(page).toMatchObject({
      'emay_ims_database_up{account="default"}': 0,
      'emay_ims_submitted_messages_total{account="default",outcome="accepted",code="SUCCESS"}': 1,
    });
    expect(Object.keys(page).filter((name) => name.startsWith('emay_ims_messages'))).toEqual([]);
    const text = await registry.metrics();
    for (const canary of CANARIES) expect(text).not.toContain(canary);
  });

  if (kind !== 'sqlite') {
    it('go on while the database does not answer', async () => {
      await start();
      const blocker = await lockMessages(observed.app.get(DataSource));
      expect(await scrape()).toMatchObject({
        'emay_ims_database_up{account="default"}': 0,
        'emay_ims_report_pages_total{account="default"}': 0,
      });
      await blocker.release();
      const back = await eventually(scrape, (page) => page['emay_ims_database_up{account="default"}'] === 1);
      expect(back).toMatchObject({ 'emay_ims_messages{account="default",state="QUEUED"}': 0 });
    });
  }

  it("stand in prom-client's own registry by default, and leave it with the application", async () => {
    observed = await startObservedApp(kind, { imports: [EmayImsMetricsModule.forRoot()] });
    expect(await register.metrics()).toContain('emay_ims_messages{account="default",state="QUEUED"} 0');
    await observed.app.close();
    expect(await register.metrics()).not.toContain('emay_ims');
  });

  it('are in a cluster what one of its workers shows, not the sum of all', async () => {
    const registries = [new Registry(), new Registry()] as const;
    observed = await startObservedApp(kind, {
      imports: registries.map((worker) => EmayImsMetricsModule.forRoot({ registry: worker, cacheMs: 0 })),
    });
    await sendAfter();
    await observed.ims.pullReports();
    const workers = await Promise.all(registries.map((worker) => worker.getMetricsAsJSON()));
    const cluster = await AggregatorRegistry.aggregate(workers).getMetricsAsJSON();
    const gauges = cluster.filter(({ type }) => String(type) === 'gauge');
    for (const { name, values } of gauges) {
      const shown = workers.map((worker) => worker.find((metric) => metric.name === name)!.values);
      for (const { labels, value } of values) {
        const ofWorkers = shown.flatMap((samples) =>
          samples.filter((sample) => isDeepStrictEqual(sample.labels, labels)).map((sample) => sample.value),
        );
        expect({ name, labels, value: ofWorkers }).toEqual({ name, labels, value: expect.arrayContaining([value]) });
      }
    }
    const samples = Object.fromEntries(gauges.map(({ name, values }) => [name, values.map(({ value }) => value)]));
    expect(samples).toMatchObject({
      emay_ims_database_up: [1],
      emay_ims_last_good_pull_timestamp_seconds: [expect.any(Number)],
    });
  });

  it('are of accounts that exist', async () => {
    await start();
    const another = new Registry();
    const imports = [EmayImsMetricsModule.forRoot({ registry: another, accounts: ['nobody'] })];
    const host = await Test.createTestingModule({ imports }).compile();
    await expect(host.init()).rejects.toThrow(EmayImsOptionsError);
    expect(namesIn(another)).toEqual([]);
  });

  it('stay where an application is closed that did not make them', async () => {
    await start();
    registry.registerMetric(new Counter({ name: 'emay_ims_of_the_host', help: 'Of the host.', registers: [] }));
    const shown = Object.keys(await scrape());
    const imports = [EmayImsMetricsModule.forRoot({ registry })];
    await (await Test.createTestingModule({ imports }).compile()).close();
    expect(Object.keys(await scrape())).toEqual(shown);
    await observed.app.close();
    expect(namesIn(registry)).toEqual(['emay_ims_of_the_host']);
  });

  it('are left out of an account that answers nothing, as of a stub; the scrape goes on', async () => {
    await start();
    const another = new Registry();
    const answersNothing = { status: () => undefined, statsAsOf: () => undefined };
    const host = await Test.createTestingModule({
      imports: [EmayImsMetricsModule.forRoot({ registry: another })],
      providers: [{ provide: EmayImsService, useValue: answersNothing }],
    }).compile();
    await host.init();
    expect(await another.metrics()).toContain('emay_ims_database_up{account="default"} 0');
    await host.close();
  });

  it('are in the registry all together or not at all', async () => {
    await start();
    const another = new Registry();
    another.registerMetric(new Gauge({ name: 'emay_ims_failed_events', help: 'Of the host.', registers: [] }));
    const host = await Test.createTestingModule({
      imports: [EmayImsMetricsModule.forRoot({ registry: another })],
      providers: [{ provide: EmayImsService, useValue: observed.ims }],
    }).compile();
    await expect(host.init()).rejects.toThrow('already been registered');
    expect(namesIn(another)).toEqual(['emay_ims_failed_events']);
  });
});

function namesIn(registry: Registry): string[] {
  return registry.getMetricsAsArray().map(({ name }) => name);
}
