import type { ImsDatabase } from '../../../libs/emay-ims/src/database/ims-database.js';
import type { SqlDialect } from '../../../libs/emay-ims/src/database/sql-dialect.js';
import { EventTransactions } from '../../../libs/emay-ims/src/events/event-transactions.js';
import { findChanged } from '../../../libs/emay-ims/src/message-store/message-changes.js';
import { finderSql, MessageFinder } from '../../../libs/emay-ims/src/message-store/message-finder.js';
import { maintenanceSql } from '../../../libs/emay-ims/src/message-store/message-maintenance-sql.js';
import { MessageMaintenance } from '../../../libs/emay-ims/src/message-store/message-maintenance.js';
import { queueSql } from '../../../libs/emay-ims/src/message-store/message-queue-sql.js';
import { MessageQueue } from '../../../libs/emay-ims/src/message-store/message-queue.js';
import { resultsSql } from '../../../libs/emay-ims/src/message-store/message-results-sql.js';
import { MessageResults } from '../../../libs/emay-ims/src/message-store/message-results.js';

/** All that is done with the messages of one account. */
export interface MessageParts {
  account: string;
  queue: MessageQueue;
  results: MessageResults;
  maintenance: MessageMaintenance;
  finder: MessageFinder;
}

export function messageParts(
  database: ImsDatabase,
  account: string,
  times: { reportDeadlineMs: number; holdMs: number },
  events = new EventTransactions(database, account),
): MessageParts {
  return {
    account,
    queue: new MessageQueue(database, account),
    results: new MessageResults(database, account, events, times),
    maintenance: new MessageMaintenance(database, account, events, times),
    finder: new MessageFinder(database, account),
  };
}

/** Every statement on messages, by name. */
export function messageSql(dialect: SqlDialect, options: { reportDeadlineMs: number }) {
  return {
    ...queueSql(dialect),
    ...resultsSql(dialect, options),
    ...maintenanceSql(dialect),
    ...finderSql(dialect),
    findChanged: findChanged(dialect),
  };
}
