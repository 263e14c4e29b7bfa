import { type DynamicModule, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { EmayImsService } from '../emay-ims.service.js';
import { getEmayImsToken } from '../emay-ims.tokens.js';
import { EventListeners } from '../events/event-listeners.js';
import { HandlerExplorer } from '../accounts/handler-explorer.js';
import { InMemoryEmayImsService, type InMemoryEmayImsOptions } from './in-memory-emay-ims.service.js';
import { InMemoryEvents } from './in-memory-events.js';

/** The account in memory, and who may inject it. */
export interface EmayImsTestingModuleOptions extends InMemoryEmayImsOptions {
  /** Whether every module may inject the service without importing this one. Default true. */
  isGlobal?: boolean | undefined;
}

/**
 * Stands in the place of `EmayImsModule` in unit tests: whoever injects an `EmayImsService` gets the one in memory.
 *
 * - Methods with `@OnImsEvent` are called once the testing module has been initialised: `await host.init()`.
 */
@Module({})
export class EmayImsTestingModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly listeners: EventListeners,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /**
   * Import it once for each account that the test needs. `InMemoryEmayImsService` is the token of the default account alone; of
   * another one it is `getEmayImsToken(name)`.
   *
   * @throws EmayImsOptionsError for a wrong name
   */
  static forRoot({ isGlobal = true, ...options }: EmayImsTestingModuleOptions = {}): DynamicModule {
    const token = getEmayImsToken(options.name);
    // The class is that of one account: of several, whoever asks for it would get one of them by chance.
    const isDefault = token === EmayImsService;
    return {
      module: EmayImsTestingModule,
      global: isGlobal,
      imports: [DiscoveryModule],
      providers: [
        { provide: EventListeners, useFactory: () => new InMemoryEvents(options.name) },
        {
          provide: token,
          inject: [EventListeners],
          useFactory: (events: InMemoryEvents) => new InMemoryEmayImsService(options, events),
        },
        ...(isDefault ? [{ provide: InMemoryEmayImsService, useExisting: token }] : []),
      ],
      exports: [token, ...(isDefault ? [InMemoryEmayImsService] : [])],
    };
  }

  /** @hidden */
  onModuleInit(): void {
    new HandlerExplorer(this.discovery, this.scanner).register(this.listeners);
  }

  /** @hidden */
  onApplicationShutdown(): void {
    this.listeners.close();
  }
}
