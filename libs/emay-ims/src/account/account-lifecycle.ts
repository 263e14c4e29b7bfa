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
import type { EventHandler } from '../events/event-handler.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { inBackground } from '../time/in-background.js';

/** What an account is made of before it is opened. */
export interface AccountParts extends Omit<AccountBase, 'database' | 'workChecks' | 'wakes' | 'claim'> {
  readonly http: AxiosInstance;
  readonly database: AccountDatabase;
}

/** Time to open beyond the database's start timeout: for connections, and for a file that another process migrates. */
const OPENING_MS = 35_000;

/** How long an application may take to start before a warning is logged. */
const REMIND_MS = 60_000;

/**
 * The lifecycle of an account.
 *
 * - The first call opens it, or the start of the application. A call in a factory or an earlier hook cannot wait for that start, which waits
 *   for the call.
 * - Jobs begin only with the start of the application. Messages enqueued earlier are stored, and submitted then.
 * - If opening fails, every waiting call fails, and the next call tries again, until the start has failed.
 * - All that goes on by itself does so in the background, not in the context of the call that opened it.
 */
export class AccountLifecycle implements AccountSource {
  private account: EmayImsAccount | null = null;
  private opening: Promise<EmayImsAccount> | null = null;
  private initialising: Promise<void> | null = null;
  private starting: Promise<void> | null = null;
  private stopping: Promise<void> | null = null;
  private readonly closing = new AbortController();
  private isClosed = false;
  /** The failure of the start. */
  private failure: { error: unknown } | null = null;
  private releaseAppId: () => void = () => undefined;
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

  /** Has the handler called as those with `@OnImsEvent`: from the start on, first with what it has missed. To be added before `init`. */
  listen(handler: EventHandler): void {
    this.parts.listeners.add(handler);
  }

  opened(): EmayImsAccount | Promise<EmayImsAccount> {
    if (this.isClosed) throw new EmayImsClosedError(this.name);
    if (this.failure) throw this.failure.error;
    return this.account ?? this.openedInTime();
  }

  /** Once the application's providers exist: registers the handlers and opens the account, if no call has. */
  init(): Promise<void> {
    this.initialising ??= inBackground(() => this.initNow()).catch((error: unknown) => {
      this.failure = { error };
      throw error;
    });
    return this.initialising;
  }

  /** Once the application has started: calls the handlers, and starts the jobs. */
  async start(): Promise<void> {
    const { account } = this;
    if (!account || this.stopping) return;
    this.starting ??= inBackground(() => {
      this.parts.listeners.callHandlers();
      return account.jobs.start();
    });
    await this.starting;
  }

  /** Stops claiming and polling, finishes work in flight, releases the leases. */
  stop(): Promise<void> {
    this.stopping ??= this.stopNow();
    return this.stopping;
  }

  /** Refuses calls from now on and closes everything. */
  async close(): Promise<void> {
    this.closing.abort();
    clearTimeout(this.untilReminder);
    await this.opening?.catch(() => undefined);
    await this.account?.shutdown.close();
    this.isClosed = true;
    closeGatewayHttp(this.parts.http);
    this.parts.listeners.close();
    this.releaseAppId();
    await this.parts.database.close();
  }

  private async initNow(): Promise<void> {
    clearTimeout(this.untilReminder);
    this.host.providersAreMade();
    this.host.registerHandlers(this.parts.listeners);
    const account = await this.open();
    await account.deliveries.handlersAreKnown();
  }

  private async stopNow(): Promise<void> {
    await this.opening?.catch(() => undefined);
    await this.starting?.catch(() => undefined);
    await this.account?.shutdown.stop();
  }

  /** For calls: opens the account within a time limit. */
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
    this.opening ??= inBackground(() => this.openAccount()).catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  private async openAccount(): Promise<EmayImsAccount> {
    const { database, ...parts } = this.parts;
    this.host.assertMayOpen(this.name);
    const identities = gatewayIdentities(parts.options);
    this.releaseAppId = claimInProcess(this.name, identities);
    try {
      const {
        database: opened,
        workChecks,
        wakes,
        claims,
      } = await database.open((name, withinMs) =>
        this.host.findDataSource(name, this.name, withinMs, this.closing.signal),
      );
      const claim = new ClaimInDatabase(opened, this.name, identities, claims);
      await claim.take();
      this.account = await this.wiring.wire({ ...parts, database: opened, workChecks, wakes, claim });
      return this.account;
    } catch (error) {
      this.releaseAppId();
      await database.close();
      throw error;
    }
  }

  /** For modules loaded lazily, and applications compiled but never initialised: Nest never starts them. */
  private remind(): void {
    clearTimeout(this.untilReminder);
    this.untilReminder = setTimeout(() => {
      if (this.initialising || this.isClosed) return;
      GuardedLogger.of(this.name).warn(
        `Calls have opened the account, but its application has not started in ${REMIND_MS / 1_000} s: no queued message is ` +
          'submitted, no report is polled. Call app.init(); in a module that is loaded lazily, add the account with EmayImsAccounts.',
        { account: this.name },
      );
    }, REMIND_MS).unref();
  }
}
