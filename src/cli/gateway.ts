import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  EmayImsClient,
  EmayImsModule,
  EmayImsService,
  getEmayImsRepositoryToken,
  type ImsMessage,
} from 'nestjs-emay-ims';
import { EmayImsOperations, EmayImsOperationsModule, type AccountOperations } from 'nestjs-emay-ims/operations';
import type { Repository } from 'typeorm';
import { isSandbox, type Environment } from '../config/environment.js';
import { emayImsOptions } from '../config/options.js';
import { databaseModules } from '../database/database.module.js';
import { assertFileNotBehind } from '../database/schema-check.js';
import { SandboxGateway } from '../sandbox/sandbox-gateway.js';
import { SandboxModule } from '../sandbox/sandbox.module.js';
import { DiagnosticLogger } from './diagnostic-logger.js';

/** What runs in the background while a command is at work. Default: nothing, a running service does it all. */
export interface Background {
  /** Sending what is queued. */
  dispatch?: boolean;
  /** Pulling delivery reports. */
  reports?: boolean;
  /** Updating tables of an earlier release, beside whose instances a command may run. Default: a sandbox's, which are its own. */
  updates?: boolean;
}

/** The module as a command uses it. */
export interface Gateway {
  ims: EmayImsService;
  /** What an operator reads and does; audited. */
  operations: AccountOperations;
  /** Calls the gateway past the module. */
  client: EmayImsClient;
  /** Reads messages. */
  messages: Repository<ImsMessage>;
  /** Where the sandbox's simulator listens; `null` with a real gateway. */
  sandboxUrl: string | null;
}

/** The service's module on the service's database, beside it or without it, and nothing of its HTTP side. */
@Module({})
class CommandLineModule {
  static register(given: Environment, { dispatch, reports, updates }: Required<Background>): DynamicModule {
    // A person waits: one failure is enough to know.
    const environment = { ...given, EMAY_IMS_START_TIMEOUT_MS: 0 };
    return {
      module: CommandLineModule,
      imports: [
        ...databaseModules(environment, updates),
        EmayImsModule.forRootAsync({
          imports: [SandboxModule.register(isSandbox(environment))],
          inject: [SandboxGateway],
          useFactory: (sandbox: SandboxGateway | null) => {
            const options = emayImsOptions(environment, sandbox?.connection ?? null);
            return {
              ...options,
              dispatch: { ...options.dispatch, enabled: dispatch },
              reports: { ...options.reports, enabled: reports },
              // Tidying up is the service's.
              retention: {},
            };
          },
        }),
        EmayImsOperationsModule,
      ],
    };
  }
}

/** Opens the gateway for a piece of work; closing it finishes what is on its way. */
export async function withGateway<Result>(
  environment: Environment,
  { dispatch = false, reports = false, updates = isSandbox(environment) }: Background,
  work: (gateway: Gateway) => Promise<Result>,
): Promise<Result> {
  if (!updates) await assertFileNotBehind(environment.EMAY_IMS_DATABASE_URL);
  const application = CommandLineModule.register(environment, { dispatch, reports, updates });
  const context = await NestFactory.createApplicationContext(application, {
    abortOnError: false,
    logger: new DiagnosticLogger(),
  });
  try {
    return await work({
      ims: context.get(EmayImsService),
      operations: context.get(EmayImsOperations).of(),
      client: context.get(EmayImsClient),
      messages: context.get<Repository<ImsMessage>>(getEmayImsRepositoryToken()),
      sandboxUrl: context.get<SandboxGateway | null>(SandboxGateway, { strict: false })?.connection.baseUrl ?? null,
    });
  } finally {
    await context.close();
  }
}
