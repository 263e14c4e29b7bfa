/**
 * The root of every error this package throws on purpose.
 *
 * - `code` is stable and meant for programs; `message` says what happened and what to do about it.
 * - `retryable` tells whether the same call may simply be made again, unchanged, without risk of a second SMS.
 * - Nothing secret is ever inside: no key, no signature, no message text, no full number.
 */
export abstract class EmayImsError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
