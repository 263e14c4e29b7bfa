import type { AddressInfo } from 'node:net';
import { type INestApplication, Logger } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type Simulator, startSimulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsService, type EmayImsModuleOptions } from 'nestjs-emay-ims';
import { EmayImsConsoleModule } from 'nestjs-emay-ims-console';
import type { Browser, Page } from 'playwright-core';
import { createTestDatabase, type DatabaseKind, type TestDatabase } from '../support/databases.js';

const ACCOUNT = { appId: 'EMAY-IMS-CONSOLE', secretKey: '0123456789ABCDEF' };

interface RealConsoleOptions {
  platform?: 'express' | 'fastify';
  module?: Partial<EmayImsModuleOptions>;
  /** Where a server's database is reached; default: where it is. */
  databaseUrl?: (database: TestDatabase) => Promise<string>;
}

/** No double here: a host with the module and its console below a prefix, a database of its own and a simulated gateway. */
export class RealConsole {
  private constructor(
    readonly database: TestDatabase,
    readonly simulator: Simulator,
    readonly app: INestApplication,
    readonly url: string,
  ) {}

  static async start(kind: DatabaseKind, options: RealConsoleOptions = {}): Promise<RealConsole> {
    const { platform = 'express', module = {}, databaseUrl } = options;
    Logger.overrideLogger(false);
    const simulator = await startSimulator({ accounts: [ACCOUNT], reportDelayMs: 0 });
    const database = await createTestDatabase(kind);
    const source = {
      ...database.typeOrmOptions,
      retryAttempts: 0,
      ...(databaseUrl && { url: await databaseUrl(database) }),
    };
    const built = await Test.createTestingModule({
      imports: [
        ...(database.typeOrmOptions ? [TypeOrmModule.forRoot(source as never)] : []),
        EmayImsModule.forRoot({
          ...{ ...ACCOUNT, baseUrl: simulator.url, reports: { intervalMs: 300 } },
          ...(database.moduleOptions && { database: database.moduleOptions }),
          ...module,
        }),
        EmayImsConsoleModule.forRoot({ path: 'sms', isSandbox: true }),
      ],
    }).compile();
    built.useLogger(false);
    const adapter = platform === 'express' ? new ExpressAdapter() : new FastifyAdapter();
    const app = built.createNestApplication(adapter);
    app.setGlobalPrefix('ops');
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new RealConsole(database, simulator, app, `http://127.0.0.1:${port}/ops/sms`);
  }

  get ims(): EmayImsService {
    return this.app.get(EmayImsService);
  }

  /** However busy the machine is: nothing waits so long but what hangs. */
  async newPage(browser: Browser): Promise<Page> {
    const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(60_000);
    return page;
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.simulator.stop();
    await this.database.drop();
  }
}
