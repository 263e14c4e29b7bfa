import { Injectable } from '@nestjs/common';
import type { EmayImsService } from '../emay-ims.service.js';
import { DEFAULT_ACCOUNT } from '../emay-ims.tokens.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import type { EmayImsModuleOptions } from '../options/module-options.js';
import { resolveOptions } from '../options/resolve-options.js';
import { AccountRegistry } from './account-registry.js';
import { AddedAccounts } from './added-accounts.js';

/** Options of an account that is added at run time: those of `EmayImsModule.forRoot`, without `isGlobal` and `providers`. */
export type EmayImsAccountOptions = Omit<EmayImsModuleOptions, 'isGlobal' | 'providers'>;

/**
 * The accounts of an application; some can be added, and these removed, while it runs. Import `EmayImsAccountsModule` to inject it.
 *
 * - An account that is added is as one that is imported: its events reach `@OnImsEvent`, it has jobs, health and metrics, and it
 *   is closed with the application.
 */
@Injectable()
export class EmayImsAccounts {
  constructor(
    private readonly registry: AccountRegistry,
    private readonly added: AddedAccounts,
  ) {}

  /**
   * Opens an account; its jobs begin at once, or with the start of the application if that is still to come.
   *
   * @returns its service
   * @throws EmayImsOptionsError for a wrong option, a name that is taken, a database that will not do: then there is no such account
   * @throws EmayImsClosedError while the application shuts down
   */
  async add(options: EmayImsAccountOptions): Promise<EmayImsService> {
    const resolved = resolveOptions(options);
    if ((options as EmayImsModuleOptions).providers !== undefined) {
      throw new EmayImsOptionsError(
        'providers is an option of EmayImsModule alone: leave it out for an account that is added.',
      );
    }
    const { name } = resolved;
    if (this.registry.find(name)) {
      throw new EmayImsOptionsError(
        `There is an account "${name}" already: add this one under another name, or await remove('${name}') first.`,
      );
    }
    return this.added.add(resolved);
  }

  /**
   * The service of an account, added or imported; default: of the default account.
   *
   * @throws EmayImsOptionsError where there is none of that name
   */
  get(name = DEFAULT_ACCOUNT): EmayImsService {
    const account = this.registry.find(name);
    if (account) return account.service();
    throw new EmayImsOptionsError(`There is no account "${name}": add({ name: '${name}', … }), or name one of list().`);
  }

  /**
   * Closes an account that was added: no job of it begins any more, what is under way ends, later calls are refused. What is queued
   * stays in the database, and is sent when the account is added again.
   *
   * @throws EmayImsOptionsError where none of that name was added
   */
  async remove(name: string): Promise<void> {
    if (!this.added.has(name)) {
      throw new EmayImsOptionsError(
        this.registry.find(name)
          ? `The account "${name}" is imported with EmayImsModule: it is closed with the application.`
          : `There is no account "${name}" to remove: see list().`,
      );
    }
    await this.added.remove(name);
  }

  /** Names of all accounts, imported and added. */
  list(): string[] {
    return this.registry.names;
  }
}
