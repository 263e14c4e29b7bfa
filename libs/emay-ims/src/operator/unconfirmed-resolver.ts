import { validateSync } from 'class-validator';
import { plainToInstance } from 'class-transformer';
import type { ImsDatabase, SqlRow } from '../database/ims-database.js';
import type { EventTransactions } from '../events/event-transactions.js';
import { EmayImsConflictError, EmayImsValidationError } from '../errors/emay-ims-errors.js';
import { newToken } from '../messages/ids.js';
import type { MessageResults } from '../message-store/message-results.js';
import { ImsResolution, type ResolutionDecision } from './ims-resolution.entity.js';
import { ResolveUnconfirmedDto } from './resolve-unconfirmed.dto.js';

/**
 * The one way out of UNCONFIRMED besides a report: a person decides. The decision and its effect are one transaction, so
 * nothing is resent without a trace of who wanted it.
 */
export class UnconfirmedResolver {
  constructor(
    private readonly database: ImsDatabase,
    private readonly results: MessageResults,
    private readonly events: EventTransactions,
  ) {}

  /**
   * @throws EmayImsValidationError for an incomplete decision
   * @throws EmayImsConflictError where the message is not UNCONFIRMED (any more)
   */
  async resolve(customImsId: string, wanted: ResolveUnconfirmedDto): Promise<void> {
    const { decision, decidedBy, reason, attempts } = checked(wanted);
    await this.events.transaction(async (session) => {
      if (!(await this.results.resolve(customImsId, decision, session, attempts))) {
        throw new EmayImsConflictError([customImsId], 'there is no UNCONFIRMED message with this id (any more)');
      }
      await session.run(
        `INSERT INTO emay_ims_resolution (id, account, custom_ims_id, decision, decided_by, reason, decided_at)
         VALUES (?, ?, ?, ?, ?, ?, ${this.database.dialect.now})`,
        [newToken(), this.results.account, customImsId, decision, decidedBy, reason],
      );
    });
  }

  /** Every decision about a message, oldest first. */
  async history(customImsId: string): Promise<ImsResolution[]> {
    const rows = await this.database.rows(
      `SELECT id, account, custom_ims_id, decision, decided_by, reason, decided_at, audit_id FROM emay_ims_resolution
       WHERE account = ? AND custom_ims_id = ? ORDER BY decided_at, id`,
      [this.results.account, customImsId],
    );
    return rows.map(toResolution);
  }
}

/** @throws EmayImsValidationError for an incomplete decision */
export function checked(wanted: ResolveUnconfirmedDto): ResolveUnconfirmedDto {
  const decision = plainToInstance(ResolveUnconfirmedDto, wanted ?? {});
  const violations = validateSync(decision).flatMap(({ property, constraints }) =>
    Object.values(constraints ?? {}).map((message) => ({ index: -1, property, message })),
  );
  if (violations.length > 0) throw new EmayImsValidationError(violations);
  return decision;
}

function toResolution(row: SqlRow): ImsResolution {
  return Object.assign(new ImsResolution(), {
    id: String(row.id),
    account: String(row.account),
    customImsId: String(row.custom_ims_id),
    decision: String(row.decision) as ResolutionDecision,
    decidedBy: String(row.decided_by),
    reason: String(row.reason),
    decidedAt: new Date(Number(row.decided_at)),
    auditId: row.audit_id === null ? null : String(row.audit_id),
  });
}
