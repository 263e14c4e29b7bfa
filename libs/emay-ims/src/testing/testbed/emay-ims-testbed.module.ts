import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Simulator, SimulatorOptions } from 'emay-ims-simulator';
import { EmayImsModule } from '../../emay-ims.module.js';
import type { EmayImsService } from '../../emay-ims.service.js';
import { DEFAULT_ACCOUNT, getEmayImsToken } from '../../emay-ims.tokens.js';
import { EmayImsOptionsError } from '../../errors/emay-ims-errors.js';
import type { EmayImsAsyncOptions } from '../../options/module-options.js';
import { EmayImsTestbed, getEmayImsTestbedToken } from './emay-ims-testbed.js';
import { ExclusiveAccountModule } from './exclusive-account.module.js';
import { TEMPORARY_FOLDER, TemporaryFolderModule } from './temporary-folder.module.js';

/** The account, its simulator and its module. */
export interface EmayImsTestbedModuleOptions {
  /** Name of the account. Default `default`. */
  name?: string | undefined;
  /** Whether every module may inject the service without importing this one. Default true. */
  isGlobal?: boolean | undefined;
  /** Of `startSimulator`. Default: reports at once, as many report calls as come, one account. */
  simulator?: SimulatorOptions | undefined;
  /** Of `EmayImsModule`, but for what says where the gateway is. Default: SQLite in a temporary folder, pulls every 50 ms, no canary. */
  module?: Partial<Omit<EmayImsAsyncOptions, 'baseUrl' | 'appId' | 'secretKey'>> | undefined;
}

const LOOK_EVERY_MS = 50;
/** Node's own code, and jest's. */
const NOT_FOUND: ReadonlySet<unknown> = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);

/**
 * The real `EmayImsModule` with a gateway simulator in this process, for integration tests.
 *
 * - Each has a port, a database and a folder of its own: any number may run at once. Of those of one name that are given one
 *   database, one runs at a time: the start of another is refused.
 * - Closing the application stops it and removes the folder.
 * - It needs the package `emay-ims-simulator`, which is loaded only here.
 */
@Module({})
export class EmayImsTestbedModule {
  /**
   * Nest awaits it: `imports: [EmayImsTestbedModule.forRoot()]`.
   *
   * @throws EmayImsOptionsError where `emay-ims-simulator` is not installed. Wrong options stop the start, as in production, and so
   *   does another application that runs this account in the same database
   */
  static async forRoot({
    name = DEFAULT_ACCOUNT,
    isGlobal = true,
    simulator,
    module,
  }: EmayImsTestbedModuleOptions = {}): Promise<DynamicModule> {
    const { EmayImsSimulatorModule, EMAY_IMS_SIMULATOR } = await loadSimulator();
    const folder = TemporaryFolderModule.forRoot(isGlobal);
    const gateway = EmayImsSimulatorModule.forRoot({
      reportDelayMs: 0,
      reportsPerSecond: Infinity,
      ...given(simulator),
      isGlobal,
    });
    const ims = EmayImsModule.forRootAsync({
      name,
      isGlobal,
      imports: [folder, gateway],
      inject: [EMAY_IMS_SIMULATOR, TEMPORARY_FOLDER],
      useFactory: ({ url, accounts: [account] }: Simulator, path: string): EmayImsAsyncOptions => ({
        database: { type: 'sqlite', path: join(path, 'ims.sqlite') },
        ...given(module),
        baseUrl: url,
        appId: account!.appId,
        secretKey: account!.secretKey,
        dispatch: { intervalMs: LOOK_EVERY_MS, ...given(module?.dispatch) },
        // A fault that a test injects is for its messages, not for the canary before the first of them.
        protocol: { canary: false, ...given(module?.protocol) },
        reports: { ...everySoOften(module?.reports), spoolPath: join(path, 'spool'), ...given(module?.reports) },
      }),
    });
    const testbed = getEmayImsTestbedToken(name);
    return {
      module: EmayImsTestbedModule,
      global: isGlobal,
      imports: [folder, gateway, ims, ExclusiveAccountModule.forRoot(name, ims)],
      providers: [
        {
          provide: testbed,
          inject: [getEmayImsToken(name), EMAY_IMS_SIMULATOR],
          useFactory: (service: EmayImsService, running: Simulator) => new EmayImsTestbed(service, running),
        },
      ],
      exports: [testbed, gateway, ims],
    };
  }
}

/** Without what is undefined: to module and simulator that is an option left out, and so it has the testbed's own default. */
function given<Options extends object>(options: Options | undefined): Partial<Options> {
  return Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<Options>;
}

/** The interval goes only where no cron expression has been given. */
function everySoOften(reports: EmayImsAsyncOptions['reports']): { intervalMs?: number } {
  return reports?.cron === undefined ? { intervalMs: LOOK_EVERY_MS } : {};
}

async function loadSimulator() {
  try {
    return await import('emay-ims-simulator/nestjs');
  } catch (error) {
    if (!NOT_FOUND.has((error as { code?: unknown }).code)) throw error;
    throw new EmayImsOptionsError(
      'EmayImsTestbedModule needs the simulator: npm install --save-dev emay-ims-simulator.',
    );
  }
}
