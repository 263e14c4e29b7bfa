import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { MessageMaintenance } from '../message-store/message-maintenance.js';
import type { MessageTable } from './message-table.js';
import type { Surface } from './surface.js';

/** Ends what has waited too long, in memory. */
export class InMemoryMessageMaintenance implements Surface<MessageMaintenance> {
  readonly account: string;

  constructor(
    private readonly table: MessageTable,
    private readonly options: { holdMs: number },
  ) {
    this.account = table.account;
  }

  async recoverStalledAttempts(): Promise<number> {
    const abandoned = this.table.inState('SUBMITTING', ({ dueAt }) => this.table.isOver(dueAt));
    const changes = { state: 'UNCONFIRMED', code: 'ATTEMPT_ABANDONED', dueAt: null } as const;
    for (const { customImsId } of abandoned) this.table.change(customImsId, changes);
    return abandoned.length;
  }

  /** There is no database whose clock could be set back. */
  async recoverFromClockSetBack(): Promise<null> {
    return null;
  }

  async expire(): Promise<number> {
    const isHeldTooLong = ({ dueAt, submittedAt }: ImsMessage) =>
      dueAt === null && submittedAt !== null && this.table.isOver(submittedAt, this.options.holdMs);
    return this.table.end('EXPIRED', (message) => this.table.isOver(message.expiresAt) || isHeldTooLong(message));
  }

  async endOverdueReportWaits(): Promise<number> {
    const overdue = this.table.inState('ACCEPTED', ({ dueAt }) => this.table.isOver(dueAt));
    for (const { customImsId } of overdue) this.table.change(customImsId, { state: 'UNKNOWN', dueAt: null });
    return overdue.length;
  }
}
