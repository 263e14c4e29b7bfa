import { Injectable } from '@nestjs/common';
import type { AccountLifecycle } from '../account/account-lifecycle.js';
import type { EmayImsService } from '../emay-ims.service.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';

/** An account of this application. */
export interface RegisteredAccount {
  readonly name: string;
  /** Its service as others get it: a test may have put another in its place. */
  readonly service: () => EmayImsService;
  readonly options: ResolvedEmayImsOptions;
  readonly lifecycle: AccountLifecycle;
  /** By `EmayImsModule`, and not at run time. */
  readonly isImported: boolean;
}

type Listener = (account: RegisteredAccount) => void;

/** Every account of one application, from before it is opened until after it is closed. */
@Injectable()
export class AccountRegistry {
  /** Whether accounts may be added at run time. */
  mayGrow = false;
  /** Whether the application shuts down: no account is added any more. */
  isEnding = false;
  private readonly accounts = new Set<RegisteredAccount>();
  private readonly listeners = new Set<Listener>();

  get names(): string[] {
    return [...new Set([...this.accounts].map(({ name }) => name))];
  }

  find(name: string): RegisteredAccount | undefined {
    return [...this.accounts].find((account) => account.name === name);
  }

  /** Those that have this AppId: one, or one at each gateway. */
  withAppId(appId: string): RegisteredAccount[] {
    return [...this.accounts].filter(({ options }) => options.appId === appId);
  }

  add(account: RegisteredAccount): void {
    this.accounts.add(account);
    for (const listener of this.listeners) listener(account);
  }

  remove(account: RegisteredAccount): void {
    this.accounts.delete(account);
  }

  /**
   * Stops all accounts at the same time; may be repeated. For the first of their shutdown hooks: Nest calls these one after the other, and
   * an account that waited for its own would go on claiming and polling meanwhile.
   */
  async stop(): Promise<void> {
    this.isEnding = true;
    await Promise.all([...this.accounts].map(({ lifecycle }) => lifecycle.stop()));
  }

  /** Calls back with each account that there is, and with each that comes. */
  forEach(listener: Listener): void {
    for (const account of this.accounts) listener(account);
    this.listeners.add(listener);
  }

  /** Two of one name would share leases and job names, and the second would hide the first from those who inject it. */
  assertOnlyOne(name: string): void {
    const namesakes = [...this.accounts].filter((account) => account.name === name).length;
    if (namesakes > 1) {
      throw new EmayImsOptionsError(
        `EmayImsModule cannot start: it is imported ${namesakes} times with the name "${name}". Give each account ` +
          'its own name, or import one account once: with isGlobal: true, or in a module that exports EmayImsModule.',
      );
    }
  }
}
