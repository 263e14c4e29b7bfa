import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { RequestSpans } from './request-spans.js';

/** Of all applications of the process, as each sees the calls of the others. */
const spans = new RequestSpans();
const users = new Set<EmayImsTracingModule>();

/**
 * Makes an OpenTelemetry span of each call to the gateway, of every account of the process, with the tracer provider the
 * host has set.
 *
 * To be imported by whoever wants it: an import that is tried in silence would also fail in silence, where a package manager
 * does not hoist or a bundler leaves it out.
 */
@Module({})
export class EmayImsTracingModule implements OnModuleInit, OnApplicationShutdown {
  /** @hidden */
  onModuleInit(): void {
    if (users.size === 0) spans.subscribe();
    users.add(this);
  }

  /** @hidden */
  onApplicationShutdown(): void {
    // Nest calls it without a start as well, and each time the application is closed.
    if (users.delete(this) && users.size === 0) spans.unsubscribe();
  }
}
