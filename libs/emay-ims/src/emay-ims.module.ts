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
import type { AxiosInstance } from 'axios';
import type { DataSource } from 'typeorm';
import { AccountLifecycle } from './account/account-lifecycle.js';
import { AccountRegistry } from './accounts/account-registry.js';
import { SharedByAccountsModule } from './accounts/shared-by-accounts.module.js';
import { createGatewayHttp, EmayImsClient } from './client/index.js';
import { AccountDatabase } from './account/account-database.js';
import { getDataSourceToken } from './database/data-source-token.js';
import { OwnPools } from './database/own-pools.js';
import { SharedDatabases } from './account/shared-databases.js';
import { GuardedLogger } from './diagnostics/index.js';
import { EmayImsService } from './emay-ims.service.js';
import { DEFAULT_ACCOUNT, getEmayImsRepositoryToken, getEmayImsToken } from './emay-ims.tokens.js';
import { EventListeners } from './events/event-listeners.js';
import { HostApplication } from './account/host-application.js';
import type {
  EmayImsModuleAsyncOptions,
  EmayImsModuleOptions,
  ResolvedEmayImsOptions,
} from './options/module-options.js';
import { asyncOptionsProviders, RESOLVED_OPTIONS } from './options/options-providers.js';
import { resolveOptions } from './options/resolve-options.js';

const ACCOUNT_SERVICE = Symbol('EmayImsService of this account');

/**
 * International SMS through one account of the Emay gateway. Import it once for each account.
 *
 * - Opens its database with the first call, or else in `onModuleInit`, before that of the modules that import it; starts sending and
 *   polling when the application has started.
 * - Where a test overrides the provider of the service, it does neither.
 * - In `onModuleDestroy` it stops claiming, finishes what is under way and gives its leases back. The host may still be
 *   answering HTTP requests then: what they send or enqueue is served until `onApplicationShutdown`.
 * - Both wait for what is under way, at most `http.timeoutMs` and 15 s; `EmayImsClosedError` refuses what comes later.
 */
@Module({})
export class EmayImsModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedEmayImsOptions,
    @Inject(ACCOUNT_SERVICE) private readonly service: EmayImsService,
    private readonly lifecycle: AccountLifecycle,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** @throws EmayImsOptionsError at once for a wrong or missing option */
  static forRoot(options: EmayImsModuleOptions): DynamicModule {
    const resolved = resolveOptions(options);
    return this.build(options, [{ provide: RESOLVED_OPTIONS, useValue: resolved }], [], hostDataSourceOf(resolved));
  }

  /** The options come from a factory, a class or an existing provider; a wrong one stops the start of the application. */
  static forRootAsync(options: EmayImsModuleAsyncOptions): DynamicModule {
    const providers = asyncOptionsProviders(options);
    return this.build(options, providers, options.imports ?? [], 'default');
  }

  private static build(
    { name = DEFAULT_ACCOUNT, isGlobal = false }: { name?: string; isGlobal?: boolean },
    optionProviders: Provider[],
    imports: NonNullable<DynamicModule['imports']>,
    dataSourceName: string,
  ): DynamicModule {
    const serviceToken = getEmayImsToken(name);
    const repositoryToken = getEmayImsRepositoryToken(name);
    const httpToken = name === DEFAULT_ACCOUNT ? 'EmayImsHttp' : `EmayImsHttp:${name}`;
    const clientToken = name === DEFAULT_ACCOUNT ? EmayImsClient : `EmayImsClient:${name}`;
    return {
      module: EmayImsModule,
      global: isGlobal,
      imports: [SharedByAccountsModule, ...imports],
      providers: [
        ...optionProviders,
        { provide: httpToken, inject: [RESOLVED_OPTIONS], useFactory: createGatewayHttp },
        {
          provide: clientToken,
          inject: [httpToken, RESOLVED_OPTIONS],
          useFactory: (http: AxiosInstance, resolved: ResolvedEmayImsOptions) => new EmayImsClient(http, resolved),
        },
        {
          provide: AccountDatabase,
          inject: [
            RESOLVED_OPTIONS,
            OwnPools,
            SharedDatabases,
            { token: getDataSourceToken(dataSourceName), optional: true },
          ],
          useFactory: (
            { name: account, database }: ResolvedEmayImsOptions,
            pools: OwnPools,
            shared: SharedDatabases,
            host?: DataSource,
          ) =>
            new AccountDatabase(
              account,
              database,
              pools,
              shared,
              'dataSource' in database && database.dataSource === dataSourceName ? (host ?? null) : null,
            ),
        },
        { provide: EventListeners, useFactory: () => new EventListeners(name, false) },
        {
          provide: AccountLifecycle,
          inject: [
            ...[RESOLVED_OPTIONS, clientToken, httpToken, AccountDatabase, EventListeners],
            ...[HostApplication, AccountRegistry],
          ],
          useFactory: (
            options: ResolvedEmayImsOptions,
            client: EmayImsClient,
            http: AxiosInstance,
            database: AccountDatabase,
            listeners: EventListeners,
            host: HostApplication,
            registry: AccountRegistry,
          ) => {
            const parts = { options, client, http, database, listeners };
            return new AccountLifecycle(parts, host, () => registry.assertOnlyOne(name));
          },
        },
        {
          provide: ACCOUNT_SERVICE,
          inject: [EventListeners, AccountLifecycle, AccountRegistry, ModuleRef],
          useFactory: (
            listeners: EventListeners,
            lifecycle: AccountLifecycle,
            registry: AccountRegistry,
            moduleRef: ModuleRef,
          ) => {
            const service = new EmayImsService(listeners);
            service.attach(lifecycle);
            registry.add({ name, service: () => moduleRef.get(serviceToken), isImported: true });
            return service;
          },
        },
        { provide: serviceToken, useExisting: ACCOUNT_SERVICE },
        {
          provide: repositoryToken,
          inject: [AccountDatabase],
          useFactory: (database: AccountDatabase) => database.messages,
        },
      ],
      exports: [serviceToken, clientToken, repositoryToken],
    };
  }

  /** @internal */
  async onModuleInit(): Promise<void> {
    const { name } = this.options;
    if (this.isReplaced) {
      const notice =
        'Another provider stands in the place of the service: its account opens no database and starts no job';
      return GuardedLogger.of(name).debug(notice, { account: name });
    }
    await this.lifecycle.init();
  }

  /** @internal */
  async onApplicationBootstrap(): Promise<void> {
    await this.lifecycle.start();
  }

  /** @internal */
  async onModuleDestroy(): Promise<void> {
    await this.lifecycle.stop();
  }

  /** @internal */
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

function hostDataSourceOf({ database }: ResolvedEmayImsOptions): string {
  return 'dataSource' in database ? database.dataSource : 'default';
}
