import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AccountLifecycle } from './account/account-lifecycle.js';
import { AccountRegistry } from './accounts/account-registry.js';
import { ACCOUNT_SERVICE, accountProviders } from './accounts/account.providers.js';
import { SharedByAccountsModule } from './accounts/shared-by-accounts.module.js';
import { GuardedLogger } from './diagnostics/index.js';
import { EmayImsService } from './emay-ims.service.js';
import {
  DEFAULT_ACCOUNT,
  getEmayImsClientToken,
  getEmayImsHttpToken,
  getEmayImsRepositoryToken,
  getEmayImsToken,
} from './emay-ims.tokens.js';
import type {
  EmayImsModuleAsyncOptions,
  EmayImsModuleOptions,
  ResolvedEmayImsOptions,
} from './options/module-options.js';
import { asyncOptionsProviders, RESOLVED_OPTIONS } from './options/options-providers.js';
import { resolveOptions } from './options/resolve-options.js';

/**
 * International SMS through one account of the Emay gateway. Import it once for each account.
 *
 * - Opens its database with the first call, or else in `onModuleInit`, before that of the modules that import it; starts sending and
 *   polling when the application has started.
 * - Where a test overrides the provider of the service, it does neither.
 * - In `onModuleDestroy` it stops claiming, finishes what is under way and gives its leases back, all accounts of the application at
 *   the same time. The host may still be answering HTTP requests then: what they send or enqueue is served until
 *   `onApplicationShutdown`.
 * - Both wait for what is under way, at most `http.timeoutMs` and 15 s; `EmayImsClosedError` refuses what comes later.
 */
@Module({})
export class EmayImsModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedEmayImsOptions,
    @Inject(ACCOUNT_SERVICE) private readonly service: EmayImsService,
    private readonly lifecycle: AccountLifecycle,
    private readonly registry: AccountRegistry,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** @throws EmayImsOptionsError at once for a wrong or missing option */
  static forRoot(options: EmayImsModuleOptions): DynamicModule {
    const resolved = resolveOptions(options);
    const { name, isGlobal, providers } = options;
    return this.build({ name, isGlobal, providers }, [{ provide: RESOLVED_OPTIONS, useValue: resolved }]);
  }

  /** The options come from a factory, a class or an existing provider; a wrong one stops the start of the application. */
  static forRootAsync(options: EmayImsModuleAsyncOptions): DynamicModule {
    return this.build(options, asyncOptionsProviders(options));
  }

  private static build(
    { name = DEFAULT_ACCOUNT, isGlobal = false, imports = [], providers = [] }: ModuleShape,
    optionProviders: Provider[],
  ): DynamicModule {
    return {
      module: EmayImsModule,
      global: isGlobal,
      imports: [SharedByAccountsModule, ...imports],
      // The host's own come last: of two with one token, Nest takes the later.
      providers: [...optionProviders, ...accountProviders(name), ...providers],
      exports: [
        ...[getEmayImsToken(name), getEmayImsClientToken(name), getEmayImsHttpToken(name)],
        getEmayImsRepositoryToken(name),
      ],
    };
  }

  /** @hidden */
  async onModuleInit(): Promise<void> {
    const { name } = this.options;
    if (this.isReplaced) {
      const notice =
        'Another provider stands in the place of the service: its account opens no database and starts no job';
      return GuardedLogger.of(name).debug(notice, { account: name });
    }
    await this.lifecycle.init();
  }

  /** @hidden */
  async onApplicationBootstrap(): Promise<void> {
    await this.lifecycle.start();
  }

  /** @hidden */
  async onModuleDestroy(): Promise<void> {
    await this.registry.stop();
  }

  /** @hidden */
  async onApplicationShutdown(): Promise<void> {
    // Until now the host has been answering requests, which may send.
    await this.lifecycle.close();
  }

  /** Whether a test has put another provider in the place of the service: then nobody is to send, nor to fetch reports. */
  private get isReplaced(): boolean {
    try {
      return this.moduleRef.get(getEmayImsToken(this.options.name)) !== this.service;
    } catch {
      return true; // One that is made for each request.
    }
  }
}

type ModuleShape = Pick<EmayImsModuleAsyncOptions, 'name' | 'isGlobal' | 'imports' | 'providers'>;
