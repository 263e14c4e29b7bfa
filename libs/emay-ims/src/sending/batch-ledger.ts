import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { isSamePayload } from '../messages/message-identity.js';
import type { NewMessage } from '../messages/new-message.js';
import { unreadMessage, type Standing } from '../messages/unread-message.js';
import type { SubmittedMessage } from './submitter.js';

/** How each message of a batch ended, in exactly one of the lists, in the order given. */
export interface BatchEnd {
  /** Under their ids is what the call wanted: as it stands in the database, or as far as this process knows. */
  stored: ImsMessage[];
  /** Under their ids another message was stored while the call was under way. */
  conflicts: NewMessage[];
  /** Neither stored nor sent. */
  unsent: NewMessage[];
}

/** Perhaps sent, perhaps not: the database went away where that was to be recorded. */
const MAYBE_SENT = { state: 'UNCONFIRMED', code: 'STORE_FAILED', attempts: 1 } as const;

/**
 * What a process knows of the messages of a batch, from step to step, so that each can be told of even if the database is
 * not there any more.
 *
 * - In the order of a batch: what is stored in the queue or as SUBMITTING, how each request ended, how all stand at the end.
 */
export class BatchLedger {
  /** By id. What is not in it has never been stored by this call. */
  private readonly stored: Map<string, ImsMessage>;
  /** Those whose write got no answer, so that no request has left with them; and whether that was to put them into the queue. */
  private readonly unanswered = new Map<string, { message: NewMessage; isQueueing: boolean }>();
  /** From then on it may be sent. */
  isAnythingStored = false;

  constructor(
    private readonly account: string,
    private readonly messages: readonly NewMessage[],
    known: ReadonlyMap<string, ImsMessage>,
    readonly createdAt: Date,
  ) {
    this.stored = new Map(known);
  }

  get storedIds(): string[] {
    return [...this.stored.keys()];
  }

  storeQueued(messages: readonly NewMessage[], write: () => Promise<void>): Promise<void> {
    return this.store(messages, write, ({ sendAt }) => ({ state: 'QUEUED', dueAt: sendAt ?? this.createdAt }), true);
  }

  /** In doubt until it is known how their request ended. */
  storeSubmitting(messages: readonly NewMessage[], write: () => Promise<void>): Promise<void> {
    return this.store(messages, write, () => MAYBE_SENT, false);
  }

  private async store(
    messages: readonly NewMessage[],
    write: () => Promise<void>,
    standingOf: (message: NewMessage) => Omit<Standing, 'createdAt'>,
    isQueueing: boolean,
  ): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (error instanceof EmayImsStoreError && error.mayBeStored) {
        this.note(messages, () => MAYBE_SENT);
        for (const message of messages) this.unanswered.set(message.customImsId, { message, isQueueing });
      }
      throw error;
    }
    this.isAnythingStored = true;
    this.note(messages, standingOf);
  }

  private note(
    messages: readonly NewMessage[],
    standingOf: (message: NewMessage) => Omit<Standing, 'createdAt'>,
  ): void {
    const { account, createdAt } = this;
    for (const message of messages) {
      this.stored.set(message.customImsId, unreadMessage(account, message, { createdAt, ...standingOf(message) }));
    }
  }

  /** How a request ended, as recorded in the database. */
  recordEnds(ends: readonly SubmittedMessage[]): void {
    for (const { customImsId, state, code, imsId } of ends) {
      const message = this.stored.get(customImsId);
      if (!message) continue;
      const acceptedAt = state === 'ACCEPTED' ? new Date() : null;
      const dueAt = state === 'QUEUED' ? this.createdAt : null;
      Object.assign(message, { state, code, imsId, acceptedAt, dueAt });
    }
  }

  /** How they stand in the database. */
  recordStored(messages: readonly ImsMessage[]): void {
    for (const message of messages) this.stored.set(message.customImsId, message);
  }

  /**
   * Takes over how all that may be stored stand in the database. What is not there of those without an answer has not been sent;
   * those that were to be queued are returned: their write may still arrive, so only storing them again tells.
   */
  reconcile(found: readonly ImsMessage[]): NewMessage[] {
    this.recordStored(found);
    for (const { customImsId } of found) this.unanswered.delete(customImsId);
    const absent = [...this.unanswered.values()];
    for (const { message, isQueueing } of absent) if (!isQueueing) this.stored.delete(message.customImsId);
    return absent.flatMap(({ message, isQueueing }) => (isQueueing ? [message] : []));
  }

  end(): BatchEnd {
    const end: BatchEnd = { stored: [], conflicts: [], unsent: [] };
    for (const wanted of this.messages) {
      const message = this.stored.get(wanted.customImsId);
      if (!message) end.unsent.push(wanted);
      else if (isSamePayload(message, wanted)) end.stored.push(message);
      else end.conflicts.push(wanted);
    }
    return end;
  }
}
