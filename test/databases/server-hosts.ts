import { ConsoleLogger, type DynamicModule, type LoggerService } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import { EmayImsModule, type EmayImsModuleOptions, type EmayImsServerDatabaseOptions } from 'nestjs-emay-ims';
import { createTestDatabase, type DatabaseKind, type TestDatabase } from '../support/databases.js';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';

/** Hosts with one database of a server, and one gateway. What they open is closed with them, the last first. */
export class ServerHosts {
  readonly closing: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly simulator: Simulator,
    readonly database: TestDatabase,
  ) {}

  static async open(kind: string): Promise<ServerHosts> {
    const simulator = await startSimulator({ accounts: [ACCOUNT], reportDelayMs: 0 });
    return new ServerHosts(simulator, await createTestDatabase(kind as DatabaseKind));
  }

  /** A host whose DataSource has these options besides those that lead to the database; quiet unless said otherwise. */
  start(
    options: object = {},
    module: Partial<EmayImsServerDatabaseOptions> = {},
    more: Partial<EmayImsModuleOptions> = {},
    logger?: LoggerService,
  ): Promise<TestingModule> {
    const source = TypeOrmModule.forRoot({ ...this.database.typeOrmOptions, retryAttempts: 0, ...options } as never);
    return this.startWith(source, module, more, logger);
  }

  async startWith(
    source: DynamicModule,
    module: Partial<EmayImsServerDatabaseOptions> = {},
    more: Partial<EmayImsModuleOptions> = {},
    logger: LoggerService = new ConsoleLogger({ logLevels: [] }),
  ): Promise<TestingModule> {
    const ours = EmayImsModule.forRoot({
      baseUrl: this.simulator.url,
      ...ACCOUNT,
      ...QUIET,
      database: { dataSource: 'default', startTimeoutMs: 0, ...module },
      ...more,
    });
    const host = await Test.createTestingModule({ imports: [source, ours] })
      .setLogger(logger)
      .compile();
    this.closing.push(() => host.close());
    return host.init();
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0).toReversed()) await close();
    await this.simulator.stop();
    await this.database.drop();
  }
}
