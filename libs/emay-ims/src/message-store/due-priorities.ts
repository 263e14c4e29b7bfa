import type { SqlDialect } from '../database/sql-dialect.js';
import { PRIORITIES } from '../messages/priority.js';

const ROWS = PRIORITIES.map((priority, index) => `SELECT ${priority}${index === 0 ? ' AS priority' : ''}`).join(
  ' UNION ALL ',
);

/**
 * `FROM … WHERE …` of the priorities `p.priority` that have something due: one look into an index each, however much there is for later.
 *
 * - By the order of that index, not by MIN or a comparison, for which MariaDB reads everything of the priority.
 * - What is due may have expired.
 */
export function duePriorities(dialect: SqlDialect, account: string): string {
  return `FROM (${ROWS}) AS p WHERE (SELECT d.due_at FROM emay_ims_due AS d ${dialect.through('emay_ims_due_ready')}
    WHERE d.account = ${account} AND d.priority = p.priority ${dialect.alongIndex('d.account, d.priority DESC', 'd.due_at')} LIMIT 1) <= ${dialect.now}`;
}
