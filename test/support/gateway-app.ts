import { ConsoleLogger, type LoggerService, type Provider } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { startSimulator, type Simulator, type SimulatorOptions } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsService, type EmayImsModuleOptions } from 'nestjs-emay-ims';
import { createTestDatabase, type DatabaseKind, type TestDatabase } from './databases.js';

/** Another AppId in each process that runs tests: spool files lie in one folder, and those of the same AppId belong together. */
export const ACCOUNT = {
  appId: `EUCP-EMY-SMS0-TEST${process.env.JEST_WORKER_ID ?? ''}`,
  secretKey: 'SECRET-KEY-OF-TESTS',
};

/** A Nest application with the module, a gateway simulator and a database of its own. */
export interface GatewayApp {
  ims: EmayImsService;
  simulator: Simulator;
  database: TestDatabase;
  module: TestingModule;
  close(): Promise<void>;
}

export interface GatewayAppOptions {
  module?: Partial<EmayImsModuleOptions>;
  simulator?: Partial<SimulatorOptions>;
  /** The host's own, such as listeners. */
  providers?: Provider[];
  /** Default: silence. */
  logger?: LoggerService;
}

/** Nothing runs by itself unless a test asks for it: no dispatching, no polling, so no test depends on timing. */
export const QUIET: Partial<EmayImsModuleOptions> = { dispatch: { enabled: false }, reports: { enabled: false } };

export async function startGatewayApp(kind: DatabaseKind, options: GatewayAppOptions = {}): Promise<GatewayApp> {
  const simulator = await startSimulator({ accounts: [ACCOUNT], reportDelayMs: 0, ...options.simulator });
  const database = await createTestDatabase(kind);
  const module = await Test.createTestingModule({
    imports: [
      ...(database.typeOrmOptions ? [TypeOrmModule.forRoot(database.typeOrmOptions)] : []),
      EmayImsModule.forRoot({
        baseUrl: simulator.url,
        ...ACCOUNT,
        database: database.moduleOptions,
        ...QUIET,
        // A fault that a test injects is for its messages; what a canary meets has a suite of its own.
        ...options.module,
        protocol: { canary: false, ...options.module?.protocol },
      }),
    ],
    providers: options.providers,
  })
    .setLogger(options.logger ?? new ConsoleLogger({ logLevels: [] }))
    .compile();
  await module.init();
  const app: GatewayApp = {
    ims: module.get(EmayImsService),
    simulator,
    database,
    module,
    async close() {
      await module.close();
      await app.simulator.stop(); // A test may have put another in its place.
      await database.drop();
    },
  };
  return app;
}

/** `count` different numbers that the simulator delivers to, as people write them. */
export function mobiles(count: number, first = 422_118_000): string[] {
  return Array.from({ length: count }, (_, index) => `+61${first + index}`);
}
