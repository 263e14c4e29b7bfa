import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

const asLoaded = AsyncLocalStorage.snapshot();

/**
 * Begins what goes on by itself: it is no part of the call that happened to begin it, nor of the start of the application (their span,
 * tenant, transaction).
 *
 * - In the context that this file was loaded in: Node has none that is known to be empty. Where a host loads the module only within a
 *   context, that one stays.
 * - Each time in a resource of its own: before Node 24, what the work enters (`AsyncLocalStorage.enterWith`) would stay for all that follow.
 */
export function inBackground<Result>(work: () => Result): Result {
  return asLoaded(() => new AsyncResource('EmayImsBackground').runInAsyncScope(work));
}
