import type { SqlSession } from '../database/ims-database.js';
import type { EventfulSession } from '../events/transaction-events.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { REPORTED_UNSENT } from '../message-store/message-result-sql.js';
import type { HandedOverAround, MessageStore } from '../message-store/message-store.js';
import { isWrittenOtherwise, type DeliveryReport } from '../protocol/index.js';
import { matchReports, reportsByName, type MatchedReports } from './report-matching.js';

/** What came of some reports. */
export interface AppliedReports extends Pick<MatchedReports, 'orphans' | 'conflicts'> {
  /** Messages whose state moved. */
  applied: number;
  /** Messages that were never handed over from here, and are in doubt now. */
  doubted: number;
}

/** Finds the messages that reports are about, and raises them. Within a transaction of the caller's. */
export class ReportApplication {
  private readonly logger: GuardedLogger;

  constructor(private readonly store: MessageStore) {
    this.logger = GuardedLogger.of(store.account);
  }

  /** Most pages hold one report for each of so many messages: then one statement is enough, and nothing to look up. */
  async apply(reports: readonly DeliveryReport[], session: EventfulSession): Promise<AppliedReports> {
    const moved = await this.store.applyNamedReports(reportsByName(reports) ?? [], session);
    if (moved === reports.length) return { applied: moved, doubted: 0, orphans: [], conflicts: 0 };
    // Those that moved stand where their reports want them, so they neither move nor count again.
    const { applied, ...rest } = await this.applyMatched(reports, session);
    return { applied: moved + applied, ...rest };
  }

  /** @param around when the messages left that reports name by the gateway's id alone; default: whenever */
  async applyMatched(
    reports: readonly DeliveryReport[],
    session: EventfulSession,
    around?: HandedOverAround,
  ): Promise<AppliedReports> {
    const { applied, unsent, orphans, conflicts } = await this.match(reports, session, around);
    const doubted = await this.store.doubtReported(unsent, session);
    // The dispatcher may have taken one of them since they were looked up: then its report is like any other.
    const raised = await this.store.applyReports([...applied, ...unsent], session);
    return { applied: raised, doubted, orphans, conflicts };
  }

  /** Somebody has sent these messages, and it was not this database: they are not sent again, and a person is told. */
  tellDoubts(messages: number): void {
    if (messages === 0) return;
    this.logger.error(
      `Delivery reports name queued messages that were never submitted from here: ${messages}. They are UNCONFIRMED now and ` +
        'are not sent: was the database restored, or does another system send with the same ids?',
      { account: this.store.account, messages, code: REPORTED_UNSENT },
    );
  }

  private async match(
    reports: readonly DeliveryReport[],
    session: SqlSession,
    around?: HandedOverAround,
  ): Promise<MatchedReports> {
    const customImsIds = reports.flatMap(({ customImsId }) => customImsId ?? []);
    const named = await this.store.findReported({ customImsIds, imsIds: [] }, session);
    const { orphans } = matchReports(reports, named);
    const imsIds = orphans.flatMap(({ imsId, mobile }) =>
      imsId === null || mobile === null ? [] : { ims_id: imsId, mobile },
    );
    // No index leads to these: only where nothing else can.
    const alone = orphans.filter(isFoundByImsIdAlone).flatMap(({ imsId }) => imsId ?? []);
    const byImsId = await this.store.findReported({ customImsIds: [], imsIds }, session);
    const byImsIdAlone = await this.store.findByImsIdAlone(alone, session, around);
    return matchReports(reports, [...named, ...byImsId, ...byImsIdAlone]);
  }
}

/** Whether, if not by our id, its message can be found by the gateway's alone: no number goes with it, or one in another writing. */
export function isFoundByImsIdAlone({ imsId, mobile }: DeliveryReport): boolean {
  return imsId !== null && (mobile === null || isWrittenOtherwise(mobile));
}
