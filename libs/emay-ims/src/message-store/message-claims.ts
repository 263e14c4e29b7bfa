import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { ID_ROW } from './message-change-sql.js';
import type { MessageSql } from './message-sql.js';
import type { Attempt, ClaimedMessage } from '../messages/attempt.js';
import { firstToEachNumber, idRows, toClaimed } from './statement-rows.js';

/** Takes queued messages for an attempt: one statement where the database has RETURNING, else one transaction. */
export class MessageClaims {
  private foundNothingDue = false;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly sql: MessageSql,
  ) {}

  async claim(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    if (this.database.dialect.hasReturning) {
      const rows = await this.database.rows(this.sql.claim, [this.account, limit, ...attemptParameters(attempt)]);
      return rows.map(toClaimed);
    }
    // A transaction is four more round trips: for nothing, where there was nothing the last time either.
    if (this.foundNothingDue && !(await this.hasDue())) return [];
    const claimed = await this.lockAndTake(limit, attempt);
    this.foundNothingDue = claimed.length === 0;
    return claimed;
  }

  async hasDue(): Promise<boolean> {
    return (await this.database.rows(this.sql.findDue, [this.account])).length > 0;
  }

  private lockAndTake(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    return this.database.transaction(async (session) => {
      const due = firstToEachNumber((await session.rows(this.sql.selectDue, [this.account, limit])).map(toClaimed));
      const ids = due.map(({ customImsId }) => customImsId);
      // They are locked, so what was read is what is taken. Should that ever fail, only what was taken may be sent.
      const isWhole = (await this.take(ids, attempt, session)) === ids.length;
      return isWhole ? due : this.findTaken(ids, attempt, session);
    });
  }

  async claimThese(customImsIds: readonly string[], attempt: Attempt): Promise<ClaimedMessage[]> {
    if (this.database.dialect.hasReturning) {
      const rows = await this.database.rows(this.sql.claimThese.sql, this.claimParameters(customImsIds, attempt));
      return rows.map(toClaimed);
    }
    return this.database.transaction(async (session) => {
      await this.take(customImsIds, attempt, session);
      return this.findTaken(customImsIds, attempt, session);
    });
  }

  private async take(customImsIds: readonly string[], attempt: Attempt, session: SqlSession): Promise<number> {
    if (customImsIds.length === 0) return 0;
    return session.run(this.sql.claimThese.sql, this.claimParameters(customImsIds, attempt));
  }

  private async findTaken(
    customImsIds: readonly string[],
    attempt: Attempt,
    session: SqlSession,
  ): Promise<ClaimedMessage[]> {
    const parameters = [...this.database.dialect.encodeRows(ID_ROW, idRows(customImsIds)), this.account, attempt.token];
    return (await session.rows(this.sql.findClaimed, parameters)).map(toClaimed);
  }

  private claimParameters(customImsIds: readonly string[], attempt: Attempt): unknown[] {
    return this.sql.claimThese.bind({
      set: attemptParameters(attempt),
      rows: idRows(customImsIds),
      where: [this.account],
    });
  }
}

/** Its token, and twice how long it lasts: for when it is over, and for its place in the index. */
export function attemptParameters({ token, lastsMs }: Attempt): [string, number, number] {
  return [token, lastsMs, lastsMs];
}
