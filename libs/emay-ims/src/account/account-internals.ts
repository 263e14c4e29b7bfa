import type { ImsDatabase } from '../database/ims-database.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { MessageTraces } from '../message-store/message-trace.js';
import type { BulkResolver } from '../operator/bulk-resolver.js';
import type { PushedPages } from '../reports/pushed-pages.js';
import type { ReportSpool } from '../reports/report-spool.js';

/** What an operator's tool reads and changes below the service of an account. */
export class AccountInternals {
  constructor(
    readonly database: ImsDatabase,
    readonly events: EventTransactions,
    readonly traces: MessageTraces,
    readonly resolver: BulkResolver,
    readonly spool: ReportSpool,
    readonly pushes: PushedPages,
  ) {}
}
