import type { ImsDatabase } from '../database/ims-database.js';
import { PRIORITIES } from '../messages/priority.js';

/** The message that is due and has waited longest, by the database's clock. */
export interface OldestReady {
  at: Date;
  forMs: number;
}

/** One look into the index for each priority, however long the queue is; `null`: nothing is due. */
export async function findOldestReady(database: ImsDatabase, account: string): Promise<OldestReady | null> {
  const { now } = database.dialect;
  // Not MIN(due_at) alone, for which MariaDB reads all that is due.
  const oldest = PRIORITIES.map(
    (priority) =>
      `SELECT due_at FROM (SELECT due_at FROM emay_ims_due
         WHERE account = ? AND priority = ${priority} AND due_at <= ${now} ORDER BY due_at LIMIT 1) AS first_of_${priority}`,
  );
  const [row] = await database.rows(
    // With a look at the messages: health has to show where only their table is missing, or corrupt.
    `SELECT MIN(due_at) AS oldest, ${now} AS now, (SELECT 1 FROM emay_ims_message WHERE account = ? AND custom_ims_id = '') AS none
     FROM (${oldest.join(' UNION ALL ')}) AS waiting`,
    [account, ...PRIORITIES.map(() => account)],
  );
  if (row === undefined || row.oldest === null) return null;
  return { at: new Date(Number(row.oldest)), forMs: Math.max(0, Number(row.now) - Number(row.oldest)) };
}
