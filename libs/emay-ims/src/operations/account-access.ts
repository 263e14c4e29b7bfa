import type { AccountInternals } from '../account/account-internals.js';
import type { EmayImsAccount } from '../account/emay-ims.account.js';
import type { EmayImsService } from '../emay-ims.service.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';

/** An open account with its database. */
export interface OpenAccount {
  readonly name: string;
  readonly account: EmayImsAccount;
  readonly internals: AccountInternals;
}

/** How operations get at their account: each piece of work is a call that a shutdown waits for. */
export class AccountAccess {
  constructor(
    readonly name: string,
    readonly service: EmayImsService,
  ) {}

  /** @throws EmayImsOptionsError where the account has no database */
  perform<T>(work: (open: OpenAccount) => Promise<T>): Promise<T> {
    return this.service.perform(async (account) => {
      const { internals } = account;
      if (internals === null) {
        throw new EmayImsOptionsError(
          `The account "${this.name}" is one in memory: operations need an account with a database, such as one of the testbed.`,
        );
      }
      return work({ name: this.name, account, internals });
    });
  }
}
