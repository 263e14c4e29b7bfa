import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { EventTransactions } from '../events/event-transactions.js';

/** How often a page is tried: a fault of the page, not of the moment, is there each time. */
const MAX_ATTEMPTS = 5;
/** The same where the moment seems to be to blame: a page whose own work takes too long says so each time. */
const MAX_ATTEMPTS_OF_THE_MOMENT = 50;
const MAX_REASON_LENGTH = 64;
/** Locks, deadlines, full disks, servers that go: the page is hardly to blame. */
const OF_THE_MOMENT =
  /^(?:(?:\w+_)?TIMEOUT|(?:PROTOCOL_)?CONNECTION_LOST|CONNECTION_DESTROYED|ECONN\w+|EPIPE|ETIMEDOUT|08\w{3}|40\w{3}|53\w{3}|55\w{3}|57\w{3}|58\w{3}|25006|ER_LOCK_\w+|ER_QUERY_\w+|ER_STATEMENT_TIMEOUT|ER_\w*READ_ONLY\w*|ER_OPTION_PREVENTS_STATEMENT|ER_CHECKREAD|ER_DISK_FULL|ER_RECORD_FILE_FULL|ER_SERVER_SHUTDOWN|SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY)\w*)$/;

/**
 * Counts how often a page could not be applied. After a few times (many, where the moment seems to be to
 * blame) it is set aside, so that it costs nothing any more, and shows.
 *
 * - Only where the database works otherwise: that it can note the failure is the proof.
 */
export class PageFailures {
  private readonly logger: GuardedLogger;

  constructor(
    private readonly account: string,
    private readonly events: EventTransactions,
  ) {
    this.logger = GuardedLogger.of(account);
  }

  /** @throws EmayImsStoreError where the database cannot note it: it is away, and the page not to blame */
  async note(pullId: string, error: unknown): Promise<void> {
    const reason = reasonOf(error);
    const most = mostAttempts(error);
    const attempts = await this.count(pullId, reason, most);
    if (attempts === null) return;
    const fields = { account: this.account, pull: pullId, code: reason, attempts };
    if (attempts < most) {
      this.logger.warn(`A page of delivery reports could not be applied (${reason}); it will be tried again.`, fields);
    } else {
      this.logger.error(
        `A page of delivery reports could not be applied ${attempts} times (${reason}) and is set aside as pull ${pullId}. ` +
          'Remove the cause, then have it tried again.',
        fields,
      );
    }
  }

  /** `null` where the page does not wait any more: applied after all, or set aside by another instance, which has told it. */
  private count(pullId: string, reason: string, most: number): Promise<number | null> {
    return this.events.transaction(async (session) => {
      // The state first: MySQL lets what follows see what has been set.
      const counted = await session.run(
        `UPDATE emay_ims_report_batch
         SET state = CASE WHEN COALESCE(attempts, 0) + 1 >= ? THEN 'SET_ASIDE' ELSE state END,
           attempts = COALESCE(attempts, 0) + 1, failure = ?
         WHERE id = ? AND state = 'STORED'`,
        [most, reason, pullId],
      );
      if (counted === 0) return null;
      const [row] = await session.rows('SELECT attempts FROM emay_ims_report_batch WHERE id = ?', [pullId]);
      const attempts = Number(row?.attempts ?? 0);
      if (attempts >= most) {
        const { account } = this;
        session.events?.add(pullId, { type: 'reports.set-aside', account, occurredAt: new Date(), pullId, reason });
      }
      return attempts;
    });
  }
}

/** After how many failures, the last of them being this one, a page is set aside. */
export function mostAttempts(error: unknown): number {
  const isOfTheMoment = error instanceof EmayImsStoreError && OF_THE_MOMENT.test(error.driverCode);
  return isOfTheMoment ? MAX_ATTEMPTS_OF_THE_MOMENT : MAX_ATTEMPTS;
}

/** The driver's code, or the kind of an error of our own; never a message, which may quote a report. */
export function reasonOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  const reason = error instanceof EmayImsStoreError ? error.driverCode : (code ?? name);
  return typeof reason === 'string' && reason !== '' ? reason.slice(0, MAX_REASON_LENGTH) : 'UNKNOWN';
}
