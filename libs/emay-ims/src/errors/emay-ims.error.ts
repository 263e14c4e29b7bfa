/**
 * The root of every error this package throws on purpose.
 *
 * - `code` is stable and meant for programs; `message` says what happened and what to do about it.
 * - `retryable` tells whether the same call may simply be made again, unchanged, without risk of a second SMS.
 * - `customImsIds` names the messages it is about, ids made by the module among them: look them up with `findOne`, or
 *   repeat the call with them. Empty where it is about none.
 * - Nothing secret is ever inside: no key, no signature, no message text, no full number.
 */
export abstract class EmayImsError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;

  constructor(
    message: string,
    readonly customImsIds: string[] = [],
  ) {
    super(message);
    this.name = new.target.name;
  }
}
