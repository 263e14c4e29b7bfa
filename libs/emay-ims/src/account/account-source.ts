import { NEVER, type Observable } from 'rxjs';
import { EmayImsNotReadyError } from '../errors/emay-ims-errors.js';
import type { EmayImsEvent } from '../events/emay-ims-event.js';
import type { EmayImsAccount } from './emay-ims.account.js';

/** Where the calls of a service find their account. */
export interface AccountSource {
  readonly events$: Observable<EmayImsEvent>;
  /** The account, opened for whoever comes first. Throws, or rejects, where it cannot be used. */
  opened(): EmayImsAccount | Promise<EmayImsAccount>;
}

/** Of a service that nobody gave one: made by a test, or by a host itself. */
export const NO_ACCOUNT: AccountSource = {
  events$: NEVER,
  opened() {
    throw new EmayImsNotReadyError('default', 'this service was not made by EmayImsModule');
  },
};
