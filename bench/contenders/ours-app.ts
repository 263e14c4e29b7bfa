import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  EmayImsModule,
  EmayImsService,
  getEmayImsRepositoryToken,
  type EmayImsModuleOptions,
  type ImsMessage,
  type ImsMessageState,
} from 'nestjs-emay-ims';
import type { Repository } from 'typeorm';
import { ACCOUNT } from '../support/account.js';
import { must } from '../support/contender.js';
import { typeOrmOptions, type BenchDatabase } from '../support/databases.js';

/** An application that imports the module, as its README shows it. */
export interface OurApp {
  ims: EmayImsService;
  messages: Repository<ImsMessage>;
  /** Resolves when no message is in any of the states. */
  none: (states: ImsMessageState[]) => Promise<void>;
  close: () => Promise<void>;
}

class BenchModule {}

/** The imports of an application with our module; all options but those given have their defaults. */
export function ourImports(database: BenchDatabase, baseUrl: string, options: Partial<EmayImsModuleOptions>) {
  const own = { type: 'sqlite', path: database.location } as const;
  return [
    ...(database.kind === 'sqlite'
      ? []
      : [TypeOrmModule.forRoot({ ...typeOrmOptions(database), migrationsRun: true })]),
    EmayImsModule.forRoot({
      baseUrl,
      ...ACCOUNT,
      ...(database.kind === 'sqlite' ? { database: own } : {}),
      ...options,
    }),
  ];
}

export async function startOurs(
  database: BenchDatabase,
  baseUrl: string,
  options: Partial<EmayImsModuleOptions>,
): Promise<OurApp> {
  const root = { module: BenchModule, imports: ourImports(database, baseUrl, options) };
  return ourApp(await NestFactory.createApplicationContext(root, { logger: ['error', 'warn'] }));
}

export function ourApp(app: INestApplicationContext): OurApp {
  const messages = app.get<Repository<ImsMessage>>(getEmayImsRepositoryToken());
  const ims = app.get(EmayImsService);
  return {
    ims,
    messages,
    async none(states) {
      const isLeft = (counts: Record<ImsMessageState, number>) => states.some((state) => counts[state] > 0);
      while (isLeft(await ims.stats())) await pause(100);
    },
    close: () => app.close(),
  };
}

/** Each message delivered, each under a gateway id of its own: with the gateway's count, each accepted exactly once. */
export async function mustAllBeDelivered(messages: Repository<ImsMessage>, expected: number): Promise<void> {
  const row = await messages
    .createQueryBuilder('m')
    .select('COUNT(*)', 'rows')
    .addSelect('COUNT(DISTINCT m.imsId)', 'ids')
    .where({ state: 'DELIVERED' })
    .getRawOne<{ rows: string; ids: string }>();
  const seen = `${row?.rows} delivered, ${row?.ids} gateway ids, ${expected} expected`;
  must(Number(row?.rows) === expected && Number(row?.ids) === expected, () => seen);
}
