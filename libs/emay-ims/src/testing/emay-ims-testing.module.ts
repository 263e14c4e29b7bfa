import { type DynamicModule, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
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
   * Import it once for each account that the test needs.
   *
   * @throws EmayImsOptionsError for a wrong name
   */
  static forRoot({ isGlobal = true, ...options }: EmayImsTestingModuleOptions = {}): DynamicModule {
    const token = getEmayImsToken(options.name);
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
        { provide: InMemoryEmayImsService, useExisting: token },
      ],
      exports: [token, InMemoryEmayImsService],
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
