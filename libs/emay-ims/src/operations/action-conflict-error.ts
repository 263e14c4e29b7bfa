import { EmayImsConflictError } from '../errors/emay-ims-errors.js';

/** An action cannot be applied: there is none, it has expired, or another actor has previewed it. Nothing was changed. */
export class EmayImsActionConflictError extends EmayImsConflictError {
  constructor(
    readonly why: 'unknown' | 'expired' | 'another-actor',
    message: string,
  ) {
    super([], message);
    this.message = message;
  }
}
