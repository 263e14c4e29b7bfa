import { Module, type OnModuleInit } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, ModuleRef } from '@nestjs/core';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { EmayImsService } from '../emay-ims.service.js';
import { findRegistry } from '../accounts/find-account.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';

/**
 * Emits every event of every account on the host's `EventEmitter2`, as `emay-ims.message.delivered` and so on. Import it
 * once, beside `EventEmitterModule.forRoot()`.
 *
 * ```ts
 * @OnEvent('emay-ims.message.delivered')
 * onDelivered({ customImsId }: EmayImsEventMap['message.delivered']) { … }
 * ```
 *
 * - What a listener with `@OnEvent` throws is logged by that package. One put on the emitter by hand is the host's affair; if it
 *   throws, it is logged here, and the later ones of that event are not called.
 */
@Module({ imports: [DiscoveryModule] })
export class EmayImsEventEmitterModule implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** @hidden */
  onModuleInit(): void {
    const emitter = this.hostEmitter();
    // Once each: a host may provide a service under tokens of its own.
    const bridged = new Set<unknown>();
    const bridge = (service: unknown) => {
      if (!(service instanceof EmayImsService) || bridged.has(service)) return;
      bridged.add(service);
      service.events$.subscribe({
        next: (event) => void emitter.emit(`emay-ims.${event.type}`, event),
        complete: () => bridged.delete(service),
      });
    };
    for (const { instance } of this.discovery.getProviders()) bridge(instance);
    findRegistry(this.moduleRef)?.forEach(({ service }) => bridge(service()));
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
