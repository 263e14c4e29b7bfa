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
import { DiscoveryModule, DiscoveryService, MetadataScanner, ModuleRef, ModulesContainer } from '@nestjs/core';
import type { AxiosInstance } from 'axios';
import type { DataSource } from 'typeorm';
import { createGatewayHttp, EmayImsClient } from './client/index.js';
import { AccountDatabase } from './database/account-database.js';
import { getDataSourceToken } from './database/data-source-token.js';
import { OwnPools } from './database/own-pools.js';
import { EmayImsAccount } from './emay-ims.account.js';
import { EmayImsService } from './emay-ims.service.js';
import { EmayImsOptionsError } from './errors/emay-ims-errors.js';
import { DEFAULT_ACCOUNT, getEmayImsRepositoryToken, getEmayImsToken } from './emay-ims.tokens.js';
import { InProcessEngine } from './engine/in-process-engine.js';
import { EventListeners } from './events/event-listeners.js';
import { HandlerExplorer } from './events/handler-explorer.js';
import type {
  EmayImsModuleAsyncOptions,
  EmayImsModuleOptions,
  ResolvedEmayImsOptions,
} from './options/module-options.js';
import { asyncOptionsProviders, RESOLVED_OPTIONS } from './options/options-providers.js';
import { resolveOptions } from './options/resolve-options.js';

/** One of it in an application: accounts share what it provides. */
@Module({ providers: [OwnPools], exports: [OwnPools] })
class OwnPoolsModule {}

const ACCOUNT_SERVICE = Symbol('EmayImsService of this account');
const GATEWAY_HTTP = Symbol('HTTP client of this account');

/**
 * International SMS through one account of the Emay gateway. Import it once for each account.
 *
 * - Opens its database in `onModuleInit`, before that of the modules that import it; starts sending and polling when
 *   the application has started.
 * - In `onModuleDestroy` it stops claiming, finishes what is under way and gives its leases back. The host may still be
 *   answering HTTP requests then: what they send or enqueue is served until `onApplicationShutdown`.
 * - Both wait for what is under way, at most `http.timeoutMs` and 15 s; `EmayImsClosedError` refuses what comes later.
 */
@Module({})
export class EmayImsModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private account: EmayImsAccount | null = null;

  constructor(
    @Inject(RESOLVED_OPTIONS) private readonly options: ResolvedEmayImsOptions,
    @Inject(ACCOUNT_SERVICE) private readonly service: EmayImsService,
    private readonly client: EmayImsClient,
    @Inject(GATEWAY_HTTP) private readonly http: AxiosInstance,
    private readonly database: AccountDatabase,
    private readonly listeners: EventListeners,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
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
    const clientToken = name === DEFAULT_ACCOUNT ? EmayImsClient : `EmayImsClient:${name}`;
    return {
      module: EmayImsModule,
      global: isGlobal,
      imports: [DiscoveryModule, OwnPoolsModule, ...imports],
      providers: [
        ...optionProviders,
        { provide: GATEWAY_HTTP, inject: [RESOLVED_OPTIONS], useFactory: createGatewayHttp },
        {
          provide: EmayImsClient,
          inject: [GATEWAY_HTTP, RESOLVED_OPTIONS],
          useFactory: (http: AxiosInstance, resolved: ResolvedEmayImsOptions) => new EmayImsClient(http, resolved),
        },
        {
          provide: AccountDatabase,
          inject: [RESOLVED_OPTIONS, OwnPools, { token: getDataSourceToken(dataSourceName), optional: true }],
          useFactory: ({ name: account, database }: ResolvedEmayImsOptions, pools: OwnPools, host?: DataSource) =>
            new AccountDatabase(
              account,
              database,
              pools,
              'dataSource' in database && database.dataSource === dataSourceName ? (host ?? null) : null,
            ),
        },
        { provide: EventListeners, useFactory: () => new EventListeners(name) },
        {
          provide: ACCOUNT_SERVICE,
          inject: [EventListeners],
          useFactory: (listeners: EventListeners) => new EmayImsService(listeners),
        },
        { provide: serviceToken, useExisting: ACCOUNT_SERVICE },
        ...(clientToken === EmayImsClient ? [] : [{ provide: clientToken, useExisting: EmayImsClient }]),
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
    this.assertOnlyOneOfThisName();
    const explorer = new HandlerExplorer(this.discovery, this.scanner);
    explorer.register(this.listeners);
    const database = await this.database.open((name) =>
      this.moduleRef.get<DataSource>(getDataSourceToken(name), { strict: false }),
    );
    const engine = new InProcessEngine(this.moduleRef, this.options.name);
    this.account = new EmayImsAccount(this.options, database, this.client, this.http, engine, this.listeners);
    this.service.attach(this.account);
  }

  /** @internal */
  async onApplicationBootstrap(): Promise<void> {
    await this.account?.start();
  }

  /** @internal */
  async onModuleDestroy(): Promise<void> {
    await this.account?.stop();
  }

  /** @internal */
  async onApplicationShutdown(): Promise<void> {
    // Until now the host has been answering requests, which may send.
    await this.account?.close();
    await this.database.close();
  }

  /** Two of one name would share leases and job names, and the second would hide the first from those who inject it. */
  private assertOnlyOneOfThisName(): void {
    const { name } = this.options;
    const modules = [...this.moduleRef.get(ModulesContainer, { strict: false }).values()];
    const namesakes = modules.filter(({ metatype, providers }) => {
      const options = providers.get(RESOLVED_OPTIONS)?.instance as ResolvedEmayImsOptions | undefined;
      return metatype === EmayImsModule && options?.name === name;
    }).length;
    if (namesakes > 1) {
      throw new EmayImsOptionsError(
        `EmayImsModule cannot start: it is imported ${namesakes} times with the name "${name}". Give each account ` +
          'its own name, or import one account once: with isGlobal: true, or in a module that exports EmayImsModule.',
      );
    }
  }
}

function hostDataSourceOf({ database }: ResolvedEmayImsOptions): string {
  return 'dataSource' in database ? database.dataSource : 'default';
}
