import { ConsoleLogger, type Provider } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsService, type EmayImsModuleOptions, type ImsMessageState } from 'nestjs-emay-ims';
import { EmayImsOperations, EmayImsOperationsModule, type AccountOperations } from 'nestjs-emay-ims/operations';
import type { AccountInternals } from '../../libs/emay-ims/src/account/account-internals.js';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { outcomeOf } from '../../libs/emay-ims/src/message-store/listed-outcome.js';
import { createTestDatabase, type DatabaseKind, type TestDatabase } from '../support/databases.js';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';

/** A row of `emay_ims_message` as a test wants it. */
export interface SeededMessage {
  id: string;
  state: ImsMessageState;
  createdAt: number;
  mobile?: string;
  content?: string;
  code?: string | null;
  attempt?: string | null;
  submittedAt?: number | null;
  finalAt?: number | null;
  reportState?: string | null;
}

/** An application with `EmayImsOperations`, a gateway and a database of its own. */
export class OperatedApp {
  private readonly others: TestingModule[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly simulator: Simulator,
    readonly module: TestingModule,
  ) {}

  static async open(
    kind: DatabaseKind,
    options: Partial<EmayImsModuleOptions> = {},
    providers: Provider[] = [],
  ): Promise<OperatedApp> {
    const simulator = await startSimulator({ accounts: [ACCOUNT], reportDelayMs: 0 });
    const database = await createTestDatabase(kind);
    return new OperatedApp(database, simulator, await start(database, simulator, options, providers));
  }

  get ims(): EmayImsService {
    return this.module.get(EmayImsService);
  }

  get operations(): AccountOperations {
    return this.module.get(EmayImsOperations).of();
  }

  /** The module's own connection. */
  sql(): Promise<ImsDatabase> {
    return this.ims.perform(async ({ internals }) => (internals as AccountInternals).database);
  }

  /** Another instance on the same database. */
  async another(): Promise<AccountOperations> {
    const module = await start(this.database, this.simulator);
    this.others.push(module);
    return module.get(EmayImsOperations).of();
  }

  /** Writes rows past the module, not listed as waiting. */
  async seed(messages: readonly SeededMessage[]): Promise<void> {
    const database = await this.sql();
    await database.transaction(async (session) => {
      for (const message of messages) {
        const { id, state, createdAt, mobile = '+61422118000', content = 'Hello', code = null } = message;
        const { attempt = null, submittedAt = null, finalAt = null, reportState = null } = message;
        await session.run(
          `INSERT INTO emay_ims_message (account, custom_ims_id, mobile, content, state, outcome, code, priority, attempt, attempts,
             created_at, submitted_at, final_at, report_state, due_at)
           VALUES ('default', ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)`,
          [
            ...[id, mobile, content, state, outcomeOf(state), code, attempt, attempt === null ? 0 : 1, createdAt],
            ...[submittedAt, finalAt, reportState, state === 'QUEUED' ? createdAt : null],
          ],
        );
      }
    });
  }

  async close(): Promise<void> {
    for (const module of [...this.others, this.module]) await module.close();
    await this.simulator.stop();
    await this.database.drop();
  }
}

async function start(
  database: TestDatabase,
  simulator: Simulator,
  options: Partial<EmayImsModuleOptions> = {},
  providers: Provider[] = [],
): Promise<TestingModule> {
  const module = await Test.createTestingModule({
    imports: [
      ...(database.typeOrmOptions ? [TypeOrmModule.forRoot(database.typeOrmOptions)] : []),
      EmayImsModule.forRoot({
        baseUrl: simulator.url,
        ...ACCOUNT,
        database: database.moduleOptions,
        ...QUIET,
        ...options,
        protocol: { canary: false },
      }),
      EmayImsOperationsModule,
    ],
    providers,
  })
    .setLogger(new ConsoleLogger({ logLevels: [] }))
    .compile();
  return module.init();
}
