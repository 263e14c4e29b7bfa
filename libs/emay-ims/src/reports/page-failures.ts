import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { EventTransactions } from '../events/event-transactions.js';

/** How often a page is tried: a fault of the page, not of the moment, is there each time. */
export const MAX_ATTEMPTS = 5;
const MAX_REASON_LENGTH = 64;
/** Locks, deadlines, full disks, servers that go: the page is not to blame. */
const OF_THE_MOMENT =
  /^(?:(?:\w+_)?TIMEOUT|FAILPOINT|CONNECTION_LOST|08\w{3}|40\w{3}|53\w{3}|55\w{3}|57\w{3}|58\w{3}|25006|ER_LOCK_\w+|ER_QUERY_\w+|ER_STATEMENT_TIMEOUT|ER_\w*READ_ONLY\w*|ER_OPTION_PREVENTS_STATEMENT|ER_CHECKREAD|ER_DISK_FULL|ER_RECORD_FILE_FULL|ER_SERVER_SHUTDOWN|SQLITE_(?:BUSY|LOCKED|FULL|IOERR|READONLY)\w*)$/;

/**
 * Counts how often a page could not be applied. After a few times it is set aside, so that it costs nothing any more, and shows.
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

  /** @throws the error itself, where it is none of the page's */
  async note(pullId: string, error: unknown): Promise<void> {
    const reason = reasonOf(error);
    if (isOfTheMoment(error)) throw error;
    const attempts = await this.count(pullId, reason);
    const fields = { account: this.account, pull: pullId, code: reason, attempts };
    if (attempts < MAX_ATTEMPTS) {
      this.logger.warn(`A page of delivery reports could not be applied (${reason}); it will be tried again.`, fields);
    } else {
      this.logger.error(
        `A page of delivery reports could not be applied ${attempts} times (${reason}) and is set aside as pull ${pullId}. ` +
          'Remove the cause, then have it tried again.',
        fields,
      );
    }
  }

  private count(pullId: string, reason: string): Promise<number> {
    return this.events.transaction(async (session) => {
      // The state first: MySQL lets what follows see what has been set.
      await session.run(
        `UPDATE emay_ims_report_batch
         SET state = CASE WHEN COALESCE(attempts, 0) + 1 >= ? THEN 'SET_ASIDE' ELSE state END,
           attempts = COALESCE(attempts, 0) + 1, failure = ?
         WHERE id = ? AND state = 'STORED'`,
        [MAX_ATTEMPTS, reason, pullId],
      );
      const [row] = await session.rows('SELECT attempts FROM emay_ims_report_batch WHERE id = ?', [pullId]);
      const attempts = Number(row?.attempts ?? 0);
      if (attempts >= MAX_ATTEMPTS) {
        const { account } = this;
        session.events?.add(pullId, { type: 'reports.set-aside', account, occurredAt: new Date(), pullId, reason });
      }
      return attempts;
    });
  }
}

export function isOfTheMoment(error: unknown): boolean {
  return error instanceof EmayImsStoreError && OF_THE_MOMENT.test(error.driverCode);
}

/** The driver's code, or the kind of an error of our own; never a message, which may quote a report. */
export function reasonOf(error: unknown): string {
  const { code, name } = Object(error) as { code?: unknown; name?: unknown };
  const reason = error instanceof EmayImsStoreError ? error.driverCode : (code ?? name);
  return typeof reason === 'string' && reason !== '' ? reason.slice(0, MAX_REASON_LENGTH) : 'UNKNOWN';
}
