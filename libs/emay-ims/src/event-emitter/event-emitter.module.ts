import { Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, ModuleRef } from '@nestjs/core';
import { EventEmitter2, EventEmitterReadinessWatcher } from '@nestjs/event-emitter';
import { isObservable } from 'rxjs';
import { EmayImsService } from '../emay-ims.service.js';
import { AccountRegistry } from '../accounts/account-registry.js';
import { SharedByAccountsModule } from '../accounts/shared-by-accounts.module.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { EMAY_IMS_EVENT_TYPES, type EmayImsEvent } from '../events/emay-ims-event.js';
import { findProvider } from '../injection/find-provider.js';

/**
 * Emits every event of every account on the host's `EventEmitter2`, as `emay-ims.message.delivered` and so on. Import it
 * once, beside `EventEmitterModule.forRoot()`.
 *
 * ```ts
 * @OnEvent('emay-ims.message.delivered')
 * onDelivered({ customImsId }: EmayImsEventMap['message.delivered']) { … }
 * ```
 *
 * - Events before the application has started are emitted once it has: `@nestjs/event-emitter` adds its listeners only then.
 * - What a listener with `@OnEvent` throws is logged by that package. One put on the emitter by hand is the host's affair; if it
 *   throws, it is logged here, and the later ones of that event are not called.
 */
@Module({ imports: [DiscoveryModule, SharedByAccountsModule] })
export class EmayImsEventEmitterModule implements OnModuleInit {
  private readonly types = new Set(EMAY_IMS_EVENT_TYPES);
  /** `events$` of what is bridged. */
  private readonly bridged = new WeakSet<object>();
  private emitter: EventEmitter2 | null = null;
  /** Resolves once the methods with `@OnEvent` are on the emitter. */
  private ready: Promise<void> = Promise.resolve();
  private isReady = false;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly moduleRef: ModuleRef,
    registry: AccountRegistry,
  ) {
    // Not in a hook: those of an account, and of whoever calls it, may come first.
    registry.forEach(({ lifecycle }) => {
      this.bridged.add(lifecycle.events$);
      const handle = (event: EmayImsEvent) => this.tell(event);
      lifecycle.listen({ label: 'A listener of EventEmitter2', types: this.types, handle });
    });
  }

  /** @hidden */
  onModuleInit(): void {
    this.emitter = this.hostEmitter();
    const listeners = findProvider(this.moduleRef, EventEmitterReadinessWatcher)?.waitUntilReady();
    this.ready = Promise.resolve(listeners)
      .catch(() => undefined) // That package's to tell.
      .then(() => void (this.isReady = true));
    // Services that are no account's, such as those in memory.
    for (const { instance } of this.discovery.getProviders()) {
      if (!(instance instanceof EmayImsService)) continue;
      const { events$ } = instance;
      // Of a stub without a constructor there is nothing to hear.
      if (!isObservable(events$) || this.bridged.has(events$)) continue;
      this.bridged.add(events$);
      events$.subscribe((event) => this.tell(event));
    }
  }

  private tell(event: EmayImsEvent): Promise<void> | void {
    if (!this.isReady) return this.ready.then(() => this.emit(event));
    this.emit(event);
  }

  private emit(event: EmayImsEvent): void {
    this.emitter?.emit(`emay-ims.${event.type}`, event);
  }

  private hostEmitter(): EventEmitter2 {
    try {
      return this.moduleRef.get(EventEmitter2, { strict: false });
    } catch {
      throw new EmayImsOptionsError(
        'EmayImsEventEmitterModule cannot start: there is no EventEmitter2. Import EventEmitterModule.forRoot() of ' +
          '@nestjs/event-emitter in your application.',
      );
    }
  }
}
