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

/** @throws FenceClosedError where the request may not leave */
export function assertOpen(fence: Fence): void {
  const reason = fence();
  if (reason !== null) throw new FenceClosedError(reason);
}
