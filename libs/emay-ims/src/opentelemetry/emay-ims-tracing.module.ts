import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { RequestSpans } from './request-spans.js';

/** Of all applications of the process, as each sees the calls of the others. */
const spans = new RequestSpans();
let applications = 0;

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
    if (++applications === 1) spans.subscribe();
  }

  /** @hidden */
  onApplicationShutdown(): void {
    if (--applications === 0) spans.unsubscribe();
  }
}
