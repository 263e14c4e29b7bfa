import type { SqlRow } from '../../database/ims-database.js';
import type { ImsMessage } from '../../messages/ims-message.entity.js';
import type { OpenAccount } from '../account-access.js';
import type { Place } from '../search/message-filter.js';
import { SEARCH_STEP, type TimeBudget } from '../search/time-budget.js';

const IDS_AT_A_TIME = 500;

/** As much of an UNCONFIRMED message as tells its incident. */
export interface Doubt {
  customImsId: string;
  code: string | null;
  mobile: string;
  createdAt: number;
  /** When it came into doubt, as nearly as its row tells. */
  since: number;
}

/** Which doubts to read. */
export interface DoubtsWanted {
  /** Between these times of creation: the index is in their order. Default: all. */
  created?: readonly [from: number, to: number] | undefined;
  /** Those behind this place alone. */
  behind?: Place | null;
  /** Those up to this place alone. */
  until?: Place | null;
  isSought: (doubt: Doubt) => boolean;
}

/** What was found, and how far that is. */
export interface FoundDoubts<Item> {
  found: Item[];
  /** Everything before this has been looked at; `null`: everything has. */
  reached: Place | null;
}

/**
 * Reads UNCONFIRMED messages, newest first, step by step through the index that has them in order. No index has their code or submission: what is
 * rare takes as many steps as there are doubts before it.
 */
export class DoubtReader {
  constructor(private readonly open: OpenAccount) {}

  /** Up to `limit` behind a place, as far as the budget reaches; a step at least. */
  async find(
    wanted: DoubtsWanted,
    after: Place | null,
    limit: number,
    budget: TimeBudget,
  ): Promise<FoundDoubts<Doubt>> {
    const { isSought, behind = null } = wanted;
    const found: Doubt[] = [];
    // One more than is wanted tells whether there is another page. Where all are sought, no more is read.
    for (let place = after ?? behind, size = Math.min(SEARCH_STEP, limit + 1); ; size = SEARCH_STEP) {
      const doubts = await this.step(wanted, place, size);
      found.push(...doubts.filter(isSought));
      if (found.length > limit) {
        found.length = limit;
        return { found, reached: placeOf(found.at(-1) as Doubt) };
      }
      if (doubts.length < size) return { found, reached: null };
      place = placeOf(doubts.at(-1) as Doubt);
      if (size === SEARCH_STEP && budget.isSpent) return { found, reached: place };
    }
  }

  /** The same as whole messages, without those that have left UNCONFIRMED meanwhile. */
  async messages(...given: Parameters<DoubtReader['find']>): Promise<FoundDoubts<ImsMessage>> {
    const { found, reached } = await this.find(...given);
    const byId = new Map<string, ImsMessage>();
    for (let start = 0; start < found.length; start += IDS_AT_A_TIME) {
      const ids = found.slice(start, start + IDS_AT_A_TIME).map(({ customImsId }) => customImsId);
      for (const message of await this.open.account.finder.findByIds(ids)) byId.set(message.customImsId, message);
    }
    const messages = found.flatMap(({ customImsId }) => byId.get(customImsId) ?? []);
    return { found: messages.filter(({ state }) => state === 'UNCONFIRMED'), reached };
  }

  private async step({ created, until }: DoubtsWanted, before: Place | null, size: number): Promise<Doubt[]> {
    const { database } = this.open.internals;
    const { dialect } = database;
    const conditions = ["m.account = ? AND m.outcome = 'UNCONFIRMED'"];
    const parameters: unknown[] = [this.open.name];
    const where = (condition: string, ...values: unknown[]) => {
      conditions.push(condition);
      parameters.push(...values);
    };
    if (created) where('m.created_at BETWEEN ? AND ?', ...created);
    const isBefore = ({ createdAt, customImsId }: Place) =>
      dialect.before(['m.created_at', 'm.custom_ims_id'], [createdAt, customImsId]);
    if (before) where(...isBefore(before));
    if (until) {
      const [isBeyond, ...values] = isBefore(until);
      where(`NOT (${isBeyond})`, ...values);
    }
    const rows = await database.rows(
      `SELECT m.custom_ims_id, m.code, m.mobile, m.created_at, COALESCE(m.submitted_at, m.created_at) AS since
       FROM emay_ims_message AS m ${dialect.through('emay_ims_message_outcome')} WHERE ${conditions.join(' AND ')}
       ORDER BY m.created_at DESC, m.custom_ims_id DESC LIMIT ?`,
      [...parameters, size],
      { isLong: true },
    );
    return rows.map(toDoubt);
  }
}

function placeOf({ createdAt, customImsId }: Doubt): Place {
  return { createdAt, customImsId };
}

function toDoubt(row: SqlRow): Doubt {
  return {
    customImsId: String(row.custom_ims_id),
    code: row.code === null ? null : String(row.code),
    mobile: String(row.mobile),
    createdAt: Number(row.created_at),
    since: Number(row.since),
  };
}
