/**
 * A host application that is there to be killed: it sends, enqueues and pulls through `EmayImsModule`, and writes down,
 * synchronously, each call it makes and how it ended. What stands in its journal was told to a caller.
 *
 * Started by `fleet.ts`, with its settings as JSON in FAULTS_WORKER.
 */
import 'reflect-metadata';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  EMAY_IMS_ENTITIES,
  EMAY_IMS_MIGRATIONS,
  EmayImsModule,
  type EmayImsDispatchOptions,
  type EmayImsReportOptions,
  EmayImsService,
} from 'nestjs-emay-ims';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { type Call, callOf, TWINS } from './calls.js';
import type { WorkerSettings } from './fleet.js';
import type { JournalEvent } from './ledger.js';
import { leaveTransactionsOpen, saySettings, SILENT_LOGGER } from './host-habits.js';
import { makeCallAsItsCaller } from './make-call.js';
import { seeded } from './random.js';

const settings = JSON.parse(process.env.FAULTS_WORKER ?? '') as WorkerSettings;
const { origin, stream, database, callers, twinEveryMs, repeats } = settings;
const journal = openSync(settings.journal, 'a');
const write = (line: JournalEvent) => writeSync(journal, `${JSON.stringify({ at: Date.now(), ...line })}\n`);
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1';

// The parent's end is ours: its pipe closes with it.
process.stdin.resume().once('end', () => process.exit(9));

const shutdown = { hasBegun: false };
const underWay = new Set<Promise<void>>();

class WorkerModule {
  /** As a host's HTTP server does between the two halves of a shutdown: takes nothing new, finishes what it has. */
  async beforeApplicationShutdown(): Promise<void> {
    shutdown.hasBegun = true;
    await Promise.all(underWay);
    write({ event: 'closed' });
  }
}
Module({ imports: modules(settings.gatewayUrl, {}) })(WorkerModule);

/** What an instance of the worker has of its own. */
interface Instance {
  dispatch?: EmayImsDispatchOptions;
  reports?: EmayImsReportOptions;
  /** Of the host's connections. */
  extra?: object;
  /** Of the module's. */
  pool?: object;
}

/** The same account in an instance whose way to the gateway is blocked: it only stores. */
class CutOffModule {}
const idle = { dispatch: { enabled: false }, reports: { enabled: false } };
const small = { extra: { max: 3, connectionLimit: 3 }, pool: { poolSize: 3 } };
Module({ imports: modules(NOWHERE, { ...idle, ...small }) })(CutOffModule);

function modules(baseUrl: string, { dispatch, reports, extra, pool }: Instance) {
  const { path, typeOrm, module = {}, sessionStatements = [] } = database;
  return [
    ...(typeOrm
      ? [
          TypeOrmModule.forRootAsync({
            useFactory: () => ({
              ...typeOrm,
              extra: { ...typeOrm.extra, ...extra },
              logger: SILENT_LOGGER,
              entities: EMAY_IMS_ENTITIES,
              migrations: EMAY_IMS_MIGRATIONS,
              migrationsRun: true,
            }),
            dataSourceFactory: async (options) => {
              const source = await new DataSource(options as DataSourceOptions).initialize();
              if (sessionStatements.length > 0) saySettings(source, sessionStatements);
              // To say goodbye to a server that is silent takes for ever: the host's connections end with its process.
              if (database.patienceMs) source.destroy = () => Promise.resolve();
              return source;
            },
          }),
        ]
      : []),
    EmayImsModule.forRoot({
      ...settings.account,
      transport: settings.transport,
      baseUrl,
      database: typeOrm ? { dataSource: 'default', ...module, ...pool } : { type: 'sqlite', path },
      http: { timeoutMs: settings.timeoutMs },
      dispatch: {
        intervalMs: 100,
        concurrency: settings.concurrency,
        minBackoffMs: 50,
        maxBackoffMs: 500,
        ...dispatch,
      },
      reports: { intervalMs: 150, ...reports },
    }),
  ];
}

const app = await NestFactory.createApplicationContext(WorkerModule, { abortOnError: false });
app.enableShutdownHooks([], { useProcessExit: true });
const cutOffApp = await NestFactory.createApplicationContext(CutOffModule, { abortOnError: false });
const host = {
  ims: app.get(EmayImsService),
  cutOff: cutOffApp.get(EmayImsService),
  dataSource: database.typeOrm ? app.get(DataSource) : null,
  patienceMs: database.patienceMs,
};
write({ event: 'ready' });

/** Makes a call and writes down how it ended. Never throws: what goes wrong is for the judge to see. */
async function perform(call: Call): Promise<void> {
  const told = { origin: call.origin, number: call.number };
  write({ event: 'called', ...told });
  const promised = (count: number) => write({ event: 'stored', ...told, count });
  const rejected = (error: unknown) => {
    const { code, name, driverCode, reason } = error as Partial<Record<string, string>>;
    write({ event: 'rejected', ...told, code: String(code ?? name), detail: driverCode ?? reason });
  };
  try {
    write({ event: 'resolved', ...told, ...(await makeCallAsItsCaller(call, { ...host, promised }, rejected)) });
  } catch (error) {
    rejected(error);
  }
}

function begin(work: Promise<void>): Promise<void> {
  underWay.add(work);
  void work.finally(() => underWay.delete(work));
  return work;
}

let nextNumber = 0;
async function caller(index: number): Promise<void> {
  const random = seeded(`${stream.seed}/${origin}/caller ${index}`);
  while (!shutdown.hasBegun) {
    await begin(perform(callOf(stream, origin, nextNumber++)));
    await pause(random.between(5, 60));
  }
}

/** The same call in all workers at about the same time, as a client does that tries a second instance at once. */
async function twins(): Promise<void> {
  while (!shutdown.hasBegun) {
    const slot = Math.floor(Date.now() / twinEveryMs);
    await begin(perform(callOf(stream, TWINS, slot)));
    await pause(twinEveryMs - (Date.now() % twinEveryMs));
  }
}

async function repeat(): Promise<void> {
  for (const [of, number] of repeats) {
    if (shutdown.hasBegun) return;
    await begin(perform(callOf(stream, of, number)));
  }
  write({ event: 'repeated' });
}

await Promise.all([
  repeat(),
  ...Array.from({ length: callers }, (_, index) => caller(index)),
  callers > 0 && twins(),
  database.leavesOpen &&
    host.dataSource &&
    leaveTransactionsOpen(
      host.dataSource,
      { key: `${stream.seed}/${origin}/open`, everyMs: database.leavesOpen.everyMs },
      () => shutdown.hasBegun,
    ),
]);
