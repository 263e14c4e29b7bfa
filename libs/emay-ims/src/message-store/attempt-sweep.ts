import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { AttemptList, ListedAttempt, WaitingMessage } from './attempt-list.js';
import type { MessageChange, MessageChanges } from './message-changes.js';
import type { MessageTraces } from './message-trace.js';
import { fromIds, ID_ROW, idRows, STATE } from './statement-parts.js';

/** Ends what waits for too long under attempts, and drops attempts whose messages wait no more. */
export class AttemptSweep {
  private readonly findWaiting: string;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly events: EventTransactions,
    private readonly attempts: AttemptList,
    private readonly changes: MessageChanges,
    private readonly traces: MessageTraces,
  ) {
    /** ids, account */
    this.findWaiting = `SELECT m.custom_ims_id, m.attempt, m.due_at ${fromIds(database.dialect)}
      WHERE ${STATE} IN ('SUBMITTING', 'ACCEPTED')`;
  }

  /**
   * Resolves to how many messages changed.
   *
   * @param change of those that are overdue; where: account
   * @param code of a change to UNCONFIRMED, which leaves a trace
   * @param goOn asked between two portions
   */
  async run(change: MessageChange, code: string | null, goOn: () => boolean = () => true): Promise<number> {
    let total = 0;
    for await (const portion of this.attempts.overdue()) {
      total += await this.events.transaction(async (session) => {
        const ids = portion.flatMap(({ customImsIds }) => customImsIds);
        const changed = await this.changes.make(change, { rows: idRows(ids), where: [this.account] }, session);
        if (changed > 0 && code !== null) await this.traces.unconfirmedWith(code, ids, session);
        await this.tidy(portion, ids, session);
        return changed;
      });
      if (!goOn()) break;
    }
    return total;
  }

  private async tidy(portion: readonly ListedAttempt[], ids: readonly string[], session: SqlSession): Promise<void> {
    const parameters = [...this.database.dialect.encodeRows(ID_ROW, idRows(ids)), this.account];
    const waiting = new Map<string, WaitingMessage[]>();
    for (const row of await session.rows(this.findWaiting, parameters)) {
      const token = String(row.attempt ?? '');
      const message = { customImsId: String(row.custom_ims_id), dueAt: Number(row.due_at) };
      const others = waiting.get(token);
      if (others) others.push(message);
      else waiting.set(token, [message]);
    }
    for (const attempt of portion) {
      const own = new Set(attempt.customImsIds);
      const left = (waiting.get(attempt.token) ?? []).filter(({ customImsId }) => own.has(customImsId));
      await this.attempts.keep(attempt, left, session);
    }
  }
}
