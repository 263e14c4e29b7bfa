import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { RequestSpans } from './request-spans.js';

/**
 * Makes an OpenTelemetry span of each call to the gateway, of every account of the process, with the tracer provider the
 * host has set.
 *
 * To be imported by whoever wants it: an import that is tried in silence would also fail in silence, where a package manager
 * does not hoist or a bundler leaves it out.
 */
@Module({})
export class EmayImsTracingModule implements OnModuleInit, OnApplicationShutdown {
  private readonly spans = new RequestSpans();

  /** @hidden */
  onModuleInit(): void {
    this.spans.subscribe();
  }

  /** @hidden */
  onApplicationShutdown(): void {
    this.spans.unsubscribe();
  }
}
