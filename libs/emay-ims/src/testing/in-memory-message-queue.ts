import type { Attempt, ClaimedMessage, Release } from '../messages/attempt.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { NewMessage } from '../messages/new-message.js';
import { firstToEachNumber, type MessageQueue } from '../message-store/message-queue.js';
import type { MessageTable } from './message-table.js';
import type { Surface } from './surface.js';

/**
 * The queue of one account in memory: each method does to the table what its namesake of `MessageQueue` does in SQL, and
 * passes the same contract. So do `InMemoryMessageResults`, `InMemoryMessageMaintenance` and `InMemoryMessageFinder`.
 *
 * - A method does all it does before anybody else's turn: that is its transaction.
 */
export class InMemoryMessageQueue implements Surface<MessageQueue> {
  readonly account: string;

  constructor(private readonly table: MessageTable) {
    this.account = table.account;
  }

  async now(): Promise<Date> {
    return this.table.at();
  }

  async insertQueued(messages: readonly NewMessage[], createdAt: Date): Promise<void> {
    for (const message of messages) {
      this.table.insert(message, { state: 'QUEUED', createdAt, dueAt: message.sendAt ?? createdAt });
    }
  }

  async insertSubmitting(messages: readonly NewMessage[], attempt: Attempt): Promise<void> {
    for (const message of messages)
      this.table.insert(message, { createdAt: this.table.at(), ...this.submitting(attempt) });
  }

  async hasReady(): Promise<boolean> {
    return this.due().length > 0;
  }

  async claim(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    const first = this.due()
      .sort((one, other) => other.priority - one.priority || Number(one.dueAt) - Number(other.dueAt))
      .slice(0, limit);
    return this.claimThese(idsOf(firstToEachNumber(first)), attempt);
  }

  async claimThese(customImsIds: readonly string[], attempt: Attempt): Promise<ClaimedMessage[]> {
    const queued = this.table.byIds(customImsIds).filter(({ state }) => state === 'QUEUED');
    for (const { customImsId, attempts } of queued) this.table.change(customImsId, this.submitting(attempt, attempts));
    return queued.map(({ customImsId, mobile, content, expiresAt }) => ({
      ...{ customImsId, mobile, content },
      expiresInMs: expiresAt === null ? undefined : Number(expiresAt) - Number(this.table.at()),
    }));
  }

  async release(token: string, releases: readonly Release[]): Promise<void> {
    for (const { customImsId, code, dueInMs } of releases) {
      const message = this.table.ofAttempt(token, customImsId);
      if (!message || !mayComeBack(message)) continue;
      const held = this.table.isEnqueued(customImsId) ? (message.sendAt ?? this.table.at()) : null;
      this.table.change(customImsId, {
        state: 'QUEUED',
        code,
        dueAt: dueInMs === null ? held : this.table.at(dueInMs),
      });
    }
  }

  async findByAttempt(token: string): Promise<string[]> {
    return this.table.inState('SUBMITTING', ({ attempt }) => attempt === token).map(({ customImsId }) => customImsId);
  }

  async unhold(customImsIds: readonly string[]): Promise<void> {
    for (const message of this.table.byIds(customImsIds)) {
      const { customImsId, state, dueAt, sendAt } = message;
      const isHeld = state === 'QUEUED' && dueAt === null;
      if (isHeld || mayComeBack(message)) this.table.markEnqueued(customImsId);
      if (isHeld) this.table.change(customImsId, { dueAt: sendAt ?? this.table.at() });
    }
  }

  async cancel(customImsId: string): Promise<boolean> {
    return this.table.end('CANCELLED', (message) => message.customImsId === customImsId) === 1;
  }

  private due(): ImsMessage[] {
    return this.table.inState(
      'QUEUED',
      ({ dueAt, expiresAt }) => this.table.isOver(dueAt) && !this.table.isOver(expiresAt),
    );
  }

  private submitting({ token, lastsMs }: Attempt, attemptsBefore = 0) {
    const submittedAt = this.table.at();
    return {
      state: 'SUBMITTING',
      attempt: token,
      attempts: attemptsBefore + 1,
      dueAt: new Date(submittedAt.getTime() + lastsMs),
      submittedAt,
    } satisfies Partial<ImsMessage>;
  }
}

function idsOf(messages: readonly ClaimedMessage[]): string[] {
  return messages.map(({ customImsId }) => customImsId);
}

/** What the owner of the attempt may still release. */
function mayComeBack({ state, code }: ImsMessage): boolean {
  return state === 'SUBMITTING' || (state === 'UNCONFIRMED' && code === 'ATTEMPT_ABANDONED');
}
