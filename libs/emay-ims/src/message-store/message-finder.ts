import type { ImsDatabase } from '../database/ims-database.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { HANDED_OVER, listedAs, SETTLED_UP_TO } from './message-listing.js';
import { ALL_COLUMNS, toMessage } from './message-row.js';
import type { ImsMessageState } from '../messages/message-state.js';

/** Which messages to find. Validated. */
export interface MessageQuery {
  states?: readonly ImsMessageState[] | undefined;
  /** E.164. */
  mobile?: string | undefined;
  code?: string | undefined;
  /** Printable ASCII. */
  idPrefix?: string | undefined;
  createdFrom?: Date | undefined;
  createdBefore?: Date | undefined;
  limit: number;
  /** Where the page before ended. */
  after?: { createdAt: Date; customImsId: string } | undefined;
}

/** Finds messages of one account, newest first. */
export class MessageFinder {
  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
  ) {}

  async find(query: MessageQuery): Promise<ImsMessage[]> {
    const conditions = ['account = ?'];
    const parameters: unknown[] = [this.account];
    const where = (condition: string, ...values: unknown[]) => {
      conditions.push(condition);
      parameters.push(...values);
    };
    if (query.states) {
      where(`state IN (${placeholders(query.states)})`, ...query.states);
      // Most messages are DELIVERED: where those are not wanted, the index leads to the others.
      const lists = new Set(query.states.map(listedAs));
      if (!lists.has(HANDED_OVER)) where(`listed_as IN (${placeholders([...lists])})`, ...lists);
      else if (lists.size === 1 && !query.states.includes('DELIVERED')) {
        where(`listed_as = ? AND listed_at > ${SETTLED_UP_TO}`, HANDED_OVER, this.account);
      }
    }
    if (query.mobile !== undefined) where('mobile = ?', query.mobile);
    if (query.code !== undefined) where('code = ?', query.code);
    if (query.idPrefix !== undefined) where(...this.database.dialect.beginsWith('custom_ims_id', query.idPrefix));
    if (query.createdFrom) where('created_at >= ?', query.createdFrom.getTime());
    if (query.createdBefore) where('created_at < ?', query.createdBefore.getTime());
    if (query.after) {
      const { createdAt, customImsId } = query.after;
      where(...this.database.dialect.before(['created_at', 'custom_ims_id'], [createdAt.getTime(), customImsId]));
    }
    const rows = await this.database.rows(
      `SELECT ${ALL_COLUMNS} FROM emay_ims_message WHERE ${conditions.join(' AND ')}
       ORDER BY created_at DESC, custom_ims_id DESC LIMIT ?`,
      [...parameters, query.limit],
    );
    return rows.map(toMessage);
  }
}

function placeholders(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}
