import type { AddressInfo } from 'node:net';
import { ConsoleLogger, type INestApplication, type LoggerService, type ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsService, type EmayImsModuleOptions } from 'nestjs-emay-ims';
import { createTestDatabase, type DatabaseKind, type TestDatabase } from '../../support/databases.js';
import { ACCOUNT, QUIET } from '../../support/gateway-app.js';

export const TEXT = 'CANARY-TEXT 你好';
export const MOBILE = '+61422118777';
/** What must never be seen outside the database and the wire. */
export const CANARIES = [ACCOUNT.secretKey, 'CANARY-TEXT', '你好', '422118777'];

/** A Nest application that listens, with the module, a gateway and a database of its own. */
export interface ObservedApp {
  ims: EmayImsService;
  simulator: Simulator;
  database: TestDatabase;
  app: INestApplication;
  url: string;
  close(): Promise<void>;
}

export interface ObservedAppOptions {
  module?: Partial<EmayImsModuleOptions>;
  imports?: NonNullable<ModuleMetadata['imports']>;
  controllers?: NonNullable<ModuleMetadata['controllers']>;
  /** Default: silence. */
  logger?: LoggerService;
}

export async function startObservedApp(kind: DatabaseKind, options: ObservedAppOptions = {}): Promise<ObservedApp> {
  const simulator = await startSimulator({ accounts: [ACCOUNT], reportDelayMs: 0 });
  const database = await createTestDatabase(kind);
  const compiled = await Test.createTestingModule({
    imports: [
      ...(database.typeOrmOptions ? [TypeOrmModule.forRoot(database.typeOrmOptions)] : []),
      EmayImsModule.forRoot({
        baseUrl: simulator.url,
        ...ACCOUNT,
        database: database.moduleOptions,
        ...QUIET,
        ...options.module,
        // So that each call is a message's.
        protocol: { canary: false, ...options.module?.protocol },
      }),
      ...(options.imports ?? []),
    ],
    controllers: options.controllers,
  })
    .setLogger(options.logger ?? new ConsoleLogger({ logLevels: [] }))
    .compile();
  const app = compiled.createNestApplication();
  await app.listen(0, '127.0.0.1');
  return {
    ims: app.get(EmayImsService),
    simulator,
    database,
    app,
    url: `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`,
    async close() {
      await app.close();
      await simulator.stop();
      await database.drop();
    },
  };
}
