import { AsyncLocalStorage } from 'node:async_hooks';
import { context, type Context } from '@opentelemetry/api';

/**
 * OpenTelemetry's active context as a store that a diagnostics channel can be bound to: what the channel runs, runs within
 * that context. Only `run` is needed, and the host's context manager does it.
 */
export class ActiveContextStore extends AsyncLocalStorage<Context> {
  override run<Result>(active: Context, work: () => Result): Result;
  override run<Result, Arguments extends unknown[]>(
    active: Context,
    work: (...given: Arguments) => Result,
    ...given: Arguments
  ): Result {
    return context.with(active, work, undefined, ...given);
  }
}
