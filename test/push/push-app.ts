import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Injectable, Post, type INestApplication, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import {
  EmayImsAccounts,
  EmayImsAccountsModule,
  EmayImsModule,
  EmayImsService,
  OnImsEvent,
  type EmayImsEvent,
  type EmayImsModuleOptions,
} from 'nestjs-emay-ims';
import { EmayImsPushModule, type EmayImsPushOptions } from 'nestjs-emay-ims/push';
import type { ImsDatabase, SqlRow } from '../../libs/emay-ims/src/database/ims-database.js';
import type { AccountInternals } from '../../libs/emay-ims/src/account/account-internals.js';
import { createTestDatabase, type DatabaseKind, type TestDatabase } from '../support/databases.js';
import { QUIET } from '../support/gateway-app.js';
import { post, sealedBody, type PushAnswer } from './pusher.js';

export const ACCOUNT = { appId: 'EUCP-EMY-SMS0-TESTS', secretKey: '0123456789ABCDEF' };
export const SECRET = 'secret-of-the-default-account';
export const PATH = '/emay/reports';

export type Platform = 'express' | 'fastify';

/** What was logged, as text. */
export class KeptLog implements LoggerService {
  readonly lines: string[] = [];
  log = (...parts: unknown[]) => void this.lines.push(parts.map((part) => JSON.stringify(part)).join(' '));
  error = this.log;
  warn = this.log;
  debug = () => undefined;
}

@Injectable()
class Events {
  readonly told: EmayImsEvent[] = [];

  @OnImsEvent('*')
  on(event: EmayImsEvent): void {
    this.told.push(event);
  }
}

@Controller()
class HostController {
  @Post('echo')
  echo(): string {
    return 'the host';
  }

  @Post('emay/send')
  send(): string {
    return 'the host';
  }

  @Get('emay/reports')
  page(): string {
    return 'a page of the host';
  }
}

interface PushAppOptions {
  platform?: Platform;
  module?: Partial<EmayImsModuleOptions>;
  push?: Partial<EmayImsPushOptions>;
  /** What the host does before it listens. */
  prepare?: (app: INestApplication) => void | Promise<void>;
  /** Instead of one of its own. */
  database?: TestDatabase;
}

/** An application that is pushed to by real HTTP, with a gateway and a database of its own. */
export class PushApp {
  readonly log = new KeptLog();
  readonly spool = mkdtempSync(join(tmpdir(), 'emay-ims-push-'));
  private app: INestApplication;
  private port = 0;

  private constructor(
    readonly simulator: Simulator,
    readonly database: TestDatabase,
    private readonly ownsDatabase: boolean,
  ) {}

  static async start(kind: DatabaseKind, options: PushAppOptions = {}): Promise<PushApp> {
    const simulator = await startSimulator({ accounts: [ACCOUNT], reportDelayMs: 0 });
    const { database = await createTestDatabase(kind) } = options;
    const one = new PushApp(simulator, database, options.database === undefined);
    await one.open(options);
    return one;
  }

  get ims(): EmayImsService {
    return this.app.get(EmayImsService);
  }

  get accounts(): EmayImsAccounts {
    return this.app.get(EmayImsAccounts, { strict: false });
  }

  get events(): EmayImsEvent[] {
    return this.app.get(Events).told;
  }

  url(path = PATH): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** An encrypted push. */
  push(reports: unknown, { appId = ACCOUNT.appId, secretKey = ACCOUNT.secretKey } = {}): Promise<PushAnswer> {
    return post(this.url(), sealedBody(reports, secretKey), { appId });
  }

  sql(): Promise<ImsDatabase> {
    return this.ims.perform(async ({ internals }) => (internals as AccountInternals).database);
  }

  async pages(): Promise<SqlRow[]> {
    return (await this.sql()).rows('SELECT * FROM emay_ims_report_batch ORDER BY id', []);
  }

  async reports(): Promise<SqlRow[]> {
    return (await this.sql()).rows('SELECT * FROM emay_ims_report ORDER BY batch_id, position', []);
  }

  async spooled(): Promise<string[]> {
    return readdir(this.spool).catch(() => []);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.simulator.stop();
    if (this.ownsDatabase) await this.database.drop();
    await rm(this.spool, { recursive: true, force: true });
  }

  private async open({ platform = 'express', module = {}, push = {}, prepare }: PushAppOptions): Promise<void> {
    const { typeOrmOptions, moduleOptions } = this.database;
    class HostModule {}
    this.app = await NestFactory.create(
      {
        module: HostModule,
        imports: [
          ...(typeOrmOptions ? [TypeOrmModule.forRoot(typeOrmOptions)] : []),
          EmayImsModule.forRoot({
            ...{ baseUrl: this.simulator.url, ...ACCOUNT, database: moduleOptions, ...QUIET, ...module },
            reports: { enabled: false, spoolPath: this.spool, ...module.reports },
            protocol: { canary: false },
          }),
          EmayImsAccountsModule,
          EmayImsPushModule.forRoot({ path: PATH, plain: { secrets: { default: SECRET } }, ...push }),
        ],
        controllers: [HostController],
        providers: [Events],
      },
      platform === 'express' ? new ExpressAdapter() : new FastifyAdapter(),
      { logger: this.log, abortOnError: false },
    );
    await prepare?.(this.app);
    await this.app.listen(0, '127.0.0.1');
    this.port = (this.app.getHttpServer().address() as AddressInfo).port;
  }
}
