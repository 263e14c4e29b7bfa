import { ImsMessage } from '../messages/ims-message.entity.js';
import type {
  AppliedReport,
  Attempt,
  ClaimedMessage,
  MessageStore,
  NewMessage,
  Release,
  Settlement,
} from '../messages/message-store.js';
import { IMS_MESSAGE_STATES, STATE_RANK, type ImsMessageState } from '../messages/message-state.js';
import { firstToEachNumber } from '../messages/statement-rows.js';
import type { Surface } from './surface.js';

/** Only reports of the real gateway have to be matched, and only a process that died abandons an attempt. */
export type NeverAskedOfMemory = 'findReported' | 'findByImsIdAlone' | 'applyNamedReports' | 'recoverAbandonedAttempts';

/**
 * The messages of one account in memory: each method does to its map what its namesake of `MessageStore` does in SQL.
 *
 * - A method does all it does before anybody else's turn: that is its transaction.
 * - What it hands out are copies.
 * - Every step of a stored message goes through `move`.
 */
export class InMemoryMessageStore implements Surface<MessageStore, NeverAskedOfMemory> {
  /** By `customImsId`, oldest first. */
  private readonly messages = new Map<string, ImsMessage>();

  constructor(
    readonly account: string,
    private readonly clock: () => number,
    private readonly reportDeadlineMs: number,
  ) {}

  /** Copies of all, oldest first. */
  all(): ImsMessage[] {
    return this.where(() => true).map(copy);
  }

  clear(): void {
    this.messages.clear();
  }

  delete(isOver: (message: ImsMessage) => boolean): number {
    const over = this.where(isOver);
    for (const { customImsId } of over) this.messages.delete(customImsId);
    return over.length;
  }

  /** Changes a message as long as it is in that state; whether it was. */
  moveFrom(state: ImsMessageState, customImsId: string, changes: Partial<ImsMessage>): boolean {
    const message = this.messages.get(customImsId);
    if (message?.state !== state) return false;
    this.move(message, changes);
    return true;
  }

  /** Copies of these, as far as they are there. */
  those(customImsIds: readonly string[]): ImsMessage[] {
    return this.stored(customImsIds).map(copy);
  }

  async now(): Promise<Date> {
    return this.at();
  }

  async insertQueued(messages: readonly NewMessage[], createdAt: Date): Promise<void> {
    for (const message of messages) {
      this.insert(message, { state: 'QUEUED', createdAt, dueAt: message.sendAt ?? createdAt });
    }
  }

  async insertSubmitting(messages: readonly NewMessage[], attempt: Attempt): Promise<void> {
    for (const message of messages) this.insert(message, { createdAt: this.at(), ...this.submitting(attempt, 0) });
  }

  async findByIds(customImsIds: readonly string[]): Promise<ImsMessage[]> {
    return this.those(customImsIds);
  }

  async findOne(customImsId: string): Promise<ImsMessage | null> {
    return (await this.findByIds([customImsId]))[0] ?? null;
  }

  async stats(): Promise<Record<ImsMessageState, number>> {
    const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0])) as Record<ImsMessageState, number>;
    for (const { state } of this.messages.values()) counts[state]++;
    return counts;
  }

  async claim(limit: number, attempt: Attempt): Promise<ClaimedMessage[]> {
    const now = this.clock();
    const due = this.where(
      ({ state, dueAt, expiresAt }) => state === 'QUEUED' && isOver(dueAt, now) && !isOver(expiresAt, now),
    ).sort((one, other) => other.priority - one.priority || Number(one.dueAt) - Number(other.dueAt));
    const claimed = firstToEachNumber(due.slice(0, limit));
    return this.claimThese(
      claimed.map(({ customImsId }) => customImsId),
      attempt,
    );
  }

  async claimThese(customImsIds: readonly string[], attempt: Attempt): Promise<ClaimedMessage[]> {
    const queued = this.stored(customImsIds).filter(({ state }) => state === 'QUEUED');
    for (const message of queued) this.move(message, this.submitting(attempt, message.attempts));
    return queued.map(({ customImsId, mobile, content }) => ({ customImsId, mobile, content }));
  }

  async settle(token: string, settlements: readonly Settlement[]): Promise<void> {
    for (const { customImsId, state, code, imsId, rawAnswer } of settlements) {
      const [message] = this.ofAttempt(token, customImsId);
      if (!message || message.state === 'QUEUED') continue;
      this.move(message, { imsId: message.imsId ?? imsId });
      if (STATE_RANK[state] <= STATE_RANK[message.state]) continue;
      const isAccepted = state === 'ACCEPTED';
      this.move(message, {
        state,
        code,
        rawAnswer,
        acceptedAt: isAccepted ? (message.acceptedAt ?? this.at()) : message.acceptedAt,
        finalAt: state === 'REJECTED' ? this.at() : null,
        dueAt: isAccepted ? this.at(this.reportDeadlineMs) : null,
      });
    }
  }

  async release(token: string, releases: readonly Release[]): Promise<void> {
    for (const { customImsId, code, dueInMs } of releases) {
      const [message] = this.ofAttempt(token, customImsId);
      if (message?.state !== 'SUBMITTING') continue;
      this.move(message, { state: 'QUEUED', code, dueAt: dueInMs === null ? null : this.at(dueInMs) });
    }
  }

  async unhold(customImsIds: readonly string[]): Promise<void> {
    for (const message of this.stored(customImsIds)) {
      if (message.state === 'QUEUED' && message.dueAt === null) {
        this.move(message, { dueAt: message.sendAt ?? this.at() });
      }
    }
  }

  async cancel(customImsId: string): Promise<boolean> {
    return this.moveFrom('QUEUED', customImsId, { state: 'CANCELLED', dueAt: null, finalAt: this.at() });
  }

  async applyReports(reports: readonly AppliedReport[]): Promise<number> {
    let moved = 0;
    for (const report of reports) {
      const [message] = this.stored([report.customImsId]);
      if (!message || STATE_RANK[report.state] <= STATE_RANK[message.state]) continue;
      this.move(message, {
        state: report.state,
        imsId: message.imsId ?? report.imsId,
        reportState: report.reportState,
        reportDescription: report.description,
        gatewaySubmitTime: report.submitTime,
        gatewayReceiveTime: report.receiveTime,
        acceptedAt: message.acceptedAt ?? this.at(),
        finalAt: report.state === 'UNKNOWN' ? null : this.at(),
        dueAt: null,
      });
      moved++;
    }
    return moved;
  }

  async expire(): Promise<number> {
    const over = this.where(({ state, expiresAt }) => state === 'QUEUED' && isOver(expiresAt, this.clock()));
    for (const message of over) this.move(message, { state: 'EXPIRED', dueAt: null, finalAt: this.at() });
    return over.length;
  }

  async giveUpWaitingForReports(): Promise<number> {
    const over = this.where(({ state, dueAt }) => state === 'ACCEPTED' && isOver(dueAt, this.clock()));
    for (const message of over) this.move(message, { state: 'UNKNOWN', dueAt: null });
    return over.length;
  }

  private insert(message: NewMessage, more: Partial<ImsMessage>): void {
    if (this.messages.has(message.customImsId)) return;
    this.messages.set(
      message.customImsId,
      Object.assign(new ImsMessage(), BLANK, message, { account: this.account }, more),
    );
  }

  private move(message: ImsMessage, changes: Partial<ImsMessage>): void {
    Object.assign(message, changes);
  }

  private submitting({ token, lastsMs }: Attempt, attemptsBefore: number) {
    return {
      state: 'SUBMITTING',
      attempt: token,
      attempts: attemptsBefore + 1,
      dueAt: this.at(lastsMs),
      submittedAt: this.at(),
    } satisfies Partial<ImsMessage>;
  }

  private ofAttempt(token: string, customImsId: string): ImsMessage[] {
    return this.stored([customImsId]).filter(({ attempt }) => attempt === token);
  }

  private stored(customImsIds: readonly string[]): ImsMessage[] {
    return customImsIds.flatMap((id) => this.messages.get(id) ?? []);
  }

  private where(holds: (message: ImsMessage) => boolean): ImsMessage[] {
    return [...this.messages.values()].filter(holds);
  }

  private at(inMs = 0): Date {
    return new Date(this.clock() + inMs);
  }
}

const BLANK = {
  imsId: null,
  code: null,
  rawAnswer: null,
  dueAt: null,
  attempt: null,
  attempts: 0,
  reportState: null,
  reportDescription: null,
  gatewaySubmitTime: null,
  gatewayReceiveTime: null,
  submittedAt: null,
  acceptedAt: null,
  finalAt: null,
} satisfies Partial<ImsMessage>;

function isOver(time: Date | null, now: number): boolean {
  return time !== null && time.getTime() <= now;
}

function copy(message: ImsMessage): ImsMessage {
  return Object.assign(new ImsMessage(), message);
}
