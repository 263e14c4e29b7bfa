import type { Observable } from 'rxjs';
import type { EmayImsEvent } from '../events/emay-ims-event.js';
import type { EmayImsAccount } from './emay-ims.account.js';

/** Where the calls of a service find their account. */
export interface AccountSource {
  readonly events$: Observable<EmayImsEvent>;
  /** The account, opened for whoever comes first. Throws, or rejects, where it cannot be used. */
  opened(): EmayImsAccount | Promise<EmayImsAccount>;
}
