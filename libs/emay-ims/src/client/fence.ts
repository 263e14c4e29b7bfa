/**
 * Asked immediately before the first byte of a request leaves: why it may not, spelled like a code; `null` where it may.
 *
 * Whoever made the request may have stood still for long since: a stopped process, a suspended machine, a blocked event loop.
 */
export type Fence = () => string | null;

export const OPEN: Fence = () => null;

/** A request was kept from leaving. */
export class FenceClosedError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** Code of a request that could not be made as it was to leave. */
export const REQUEST_NOT_MADE = 'REQUEST_NOT_MADE';

/** A request could not be signed, timed or encrypted, as by a clock that shows no date: nothing of it has left. */
export class NotMadeError extends Error {
  readonly code = REQUEST_NOT_MADE;

  constructor(cause: unknown) {
    super(REQUEST_NOT_MADE, { cause });
  }
}

/** @throws FenceClosedError where the request may not leave */
export function assertOpen(fence: Fence): void {
  const reason = fence();
  if (reason !== null) throw new FenceClosedError(reason);
}
