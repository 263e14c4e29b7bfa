import type { AxiosInstance } from 'axios';
import { ClaimInDatabase } from './claim-in-database.js';
import { claimInProcess } from './claims-of-process.js';
import { gatewayIdentities } from './gateway-identity.js';
import { closeGatewayHttp } from '../client/index.js';
import type { AccountDatabase } from './account-database.js';
import { withinDeadline } from '../database/within-deadline.js';
import type { AccountHost } from './account-host.js';
import type { AccountBase, AccountWiring } from './account-wiring.js';
import type { EmayImsAccount } from './emay-ims.account.js';
import type { AccountSource } from './account-source.js';
import { EmayImsClosedError, EmayImsNotReadyError } from '../errors/emay-ims-errors.js';
import { GuardedLogger } from '../diagnostics/index.js';

/** What an account is made of before it is opened. */
export interface AccountParts extends Omit<AccountBase, 'database' | 'looks' | 'claim'> {
  readonly http: AxiosInstance;
  readonly database: AccountDatabase;
}

/** What opening may take beyond the start timeout of its database: connections, and a file that another process migrates. */
const OPENING_MS = 35_000;

/** How long an application may take to start before somebody is told that it has not. */
const REMIND_MS = 60_000;

/**
 * An account from its first call to its end.
 *
 * - The first to need it opens it: a call, however early, or the start of the application. A call in a factory or in an earlier
 *   hook must not wait for that start, which waits for it.
 * - Its jobs begin with the start of the application alone. What is queued before that is stored, and sent then.
 * - Opening that fails is told to every call that waits for it, and tried again by the next, until the start has failed.
 */
export class AccountLifecycle implements AccountSource {
  private account: EmayImsAccount | null = null;
  private opening: Promise<EmayImsAccount> | null = null;
  private initialising: Promise<void> | null = null;
  private starting: Promise<void> | null = null;
  private stopping: Promise<void> | null = null;
  private readonly closing = new AbortController();
  private isClosed = false;
  /** Why the start has failed. */
  private failure: { error: unknown } | null = null;
  private giveBack: () => void = () => undefined;
  private untilReminder: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: AccountParts,
    private readonly wiring: AccountWiring,
    private readonly host: AccountHost,
  ) {}

  get events$(): AccountSource['events$'] {
    return this.parts.listeners.events$;
  }

  get name(): string {
    return this.parts.options.name;
  }

  opened(): EmayImsAccount | Promise<EmayImsAccount> {
    if (this.isClosed) throw new EmayImsClosedError(this.name);
    if (this.failure) throw this.failure.error;
    return this.account ?? this.openedInTime();
  }

  /** The providers of the application are made: opens the account, if no call has, and has its handlers listen. */
  init(): Promise<void> {
    this.initialising ??= this.initNow().catch((error: unknown) => {
      this.failure = { error };
      throw error;
    });
    return this.initialising;
  }

  /** The application has started: so do the jobs. */
  async start(): Promise<void> {
    if (!this.account || this.stopping) return;
    this.starting ??= this.account.jobs.start();
    await this.starting;
  }

  /** Claims and pulls nothing more, finishes what is under way, gives the leases back. */
  stop(): Promise<void> {
    this.stopping ??= this.stopNow();
    return this.stopping;
  }

  /** The end: what comes now is refused. */
  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.untilReminder);
    await this.opening?.catch(() => undefined);
    await this.account?.shutdown.close();
    this.isClosed = true;
    closeGatewayHttp(this.parts.http);
    this.parts.listeners.close();
    this.giveBack();
    await this.parts.database.close();
  }

  private async initNow(): Promise<void> {
    clearTimeout(this.untilReminder);
    this.host.registerHandlers(this.parts.listeners);
    const account = await this.open();
    await account.deliveries.handlersAreKnown();
  }

  private async stopNow(): Promise<void> {
    await this.opening?.catch(() => undefined);
    await this.starting?.catch(() => undefined);
    await this.account?.shutdown.stop();
  }

  /** For a call. */
  private openedInTime(): Promise<EmayImsAccount> {
    const { database } = this.parts.options;
    if (!this.initialising) this.remind();
    const withinMs = OPENING_MS + ('startTimeoutMs' in database ? database.startTimeoutMs : 0);
    return withinDeadline(
      this.open(),
      withinMs,
      () => new EmayImsNotReadyError(this.name, 'its database is not open yet'),
    );
  }

  private open(): Promise<EmayImsAccount> {
    if (this.closing.signal.aborted) return Promise.reject(new EmayImsClosedError(this.name));
    this.opening ??= this.openAccount().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private async openAccount(): Promise<EmayImsAccount> {
    const { database, ...parts } = this.parts;
    this.host.assertMayOpen(this.name);
    const identities = gatewayIdentities(parts.options);
    this.giveBack = claimInProcess(this.name, identities);
    try {
      const { database: opened, looks } = await database.open((name, withinMs) =>
        this.host.findDataSource(name, this.name, withinMs, this.closing.signal),
      );
      const claim = new ClaimInDatabase(opened, this.name, identities);
      await claim.take();
      this.account = await this.wiring.wire({ ...parts, database: opened, looks, claim });
      return this.account;
    } catch (error) {
      this.giveBack();
      await database.close();
      throw error;
    }
  }

  /** Nest starts nothing in a module that is loaded lazily, nor in an application that is compiled and never initialised. */
  private remind(): void {
    clearTimeout(this.untilReminder);
    this.untilReminder = setTimeout(() => {
      if (this.initialising || this.isClosed) return;
      GuardedLogger.of(this.name).warn(
        `Calls have opened the account, but its application has not started in ${REMIND_MS / 1_000} s: nothing that is queued is ` +
          'sent, no report is fetched. Call app.init(); in a module that is loaded lazily, add the account with EmayImsAccounts.',
        { account: this.name },
      );
    }, REMIND_MS).unref();
  }
}
