import { ImsMessage } from '../messages/ims-message.entity.js';
import type { ImsMessageState } from '../messages/message-state.js';
import type { NewMessage } from '../messages/new-message.js';
import { unreadMessage, type Standing } from '../messages/unread-message.js';

/**
 * The table `emay_ims_message` of one account, as a map.
 *
 * - What it hands out are copies; a stored message changes by `change` alone, which tells of a new state.
 */
export class MessageTable {
  /** By `customImsId`, oldest first. */
  private readonly messages = new Map<string, ImsMessage>();
  /** Ids of those that `enqueue` took over from a `send`: the column `enqueued_at`. */
  private readonly enqueued = new Set<string>();
  /** Ids of those that a person has had resent. */
  private readonly resent = new Set<string>();

  constructor(
    readonly account: string,
    /** Called with each message that has come into another state. */
    private readonly onMoved: (message: ImsMessage) => void = () => undefined,
    /** In epoch ms: what the database's clock is to a table in SQL. */
    private readonly clock: () => number = Date.now,
  ) {}

  /** The time, or what it will be. */
  at(inMs = 0): Date {
    return new Date(this.clock() + inMs);
  }

  /** Whether the time has come, or `afterMs` after it. */
  isOver(time: Date | null, afterMs = 0): boolean {
    return time !== null && time.getTime() + afterMs <= this.clock();
  }

  where(holds: (message: ImsMessage) => boolean): ImsMessage[] {
    return [...this.messages.values()].filter(holds).map(copy);
  }

  inState(state: ImsMessageState, holds: (message: ImsMessage) => boolean): ImsMessage[] {
    return this.where((message) => message.state === state && holds(message));
  }

  /** What the attempt was the last to take. */
  ofAttempt(token: string, customImsId: string): ImsMessage | undefined {
    return this.byIds([customImsId]).find(({ attempt }) => attempt === token);
  }

  /** These, as far as they are there. */
  byIds(customImsIds: readonly string[]): ImsMessage[] {
    return customImsIds.flatMap((id) => this.messages.get(id) ?? []).map(copy);
  }

  /** Leaves alone what is there already. */
  insert(message: NewMessage, standing: Standing): void {
    if (this.messages.has(message.customImsId)) return;
    this.messages.set(message.customImsId, unreadMessage(this.account, message, standing));
  }

  change(customImsId: string, changes: Partial<ImsMessage>): void {
    const message = this.messages.get(customImsId);
    if (!message) return;
    const { state } = message;
    Object.assign(message, changes);
    if (message.state !== state) this.onMoved(copy(message));
  }

  /** Notes that somebody has enqueued the message: a `send` of it that fails does not put it on hold. */
  markEnqueued(customImsId: string): void {
    if (this.messages.has(customImsId)) this.enqueued.add(customImsId);
  }

  isEnqueued(customImsId: string): boolean {
    return this.enqueued.has(customImsId);
  }

  markResent(customImsId: string): void {
    this.resent.add(customImsId);
  }

  isResent(customImsId: string): boolean {
    return this.resent.has(customImsId);
  }

  /** Ends queued messages before they have left; how many. */
  end(state: 'CANCELLED' | 'EXPIRED', holds: (message: ImsMessage) => boolean): number {
    const ended = this.inState('QUEUED', holds);
    for (const { customImsId } of ended) this.change(customImsId, { state, dueAt: null, finalAt: this.at() });
    return ended.length;
  }

  /** How many there were. */
  deleteWhere(holds: (message: ImsMessage) => boolean): number {
    const unwanted = this.where(holds);
    for (const { customImsId } of unwanted) {
      this.messages.delete(customImsId);
      this.enqueued.delete(customImsId);
      this.resent.delete(customImsId);
    }
    return unwanted.length;
  }
}

function copy(message: ImsMessage): ImsMessage {
  return Object.assign(new ImsMessage(), message);
}
