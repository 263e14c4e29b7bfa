import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { isSamePayload } from '../messages/message-identity.js';
import type { NewMessage } from '../messages/new-message.js';
import { unreadMessage, type Standing } from '../messages/unread-message.js';
import type { SubmittedMessage } from './submitter.js';

/** Result of each message of a batch, in exactly one of the lists, in the order given. */
export interface BatchEnd {
  /** Stored as the call wanted: as in the database, or as far as this process knows. */
  stored: ImsMessage[];
  /** Another message was stored under the id during the call. */
  conflicts: NewMessage[];
  /** Neither stored nor sent. */
  unsent: NewMessage[];
}

/** It may have been sent: the database failed when that was to be recorded. */
const MAYBE_SENT = { state: 'UNCONFIRMED', code: 'STORE_FAILED', attempts: 1 } as const;

/**
 * What this process knows of a batch's messages, so that it can report each even if the database has failed.
 *
 * - Steps of a batch, in order: messages stored as QUEUED or SUBMITTING; the end of each request; the states read back.
 */
export class BatchLedger {
  /** By id. A message not in it was never stored by this call. */
  private readonly stored: Map<string, ImsMessage>;
  /** Messages whose write got no answer, so they were not submitted; `isQueueing`: the write was to the queue. */
  private readonly unanswered = new Map<string, { message: NewMessage; isQueueing: boolean }>();
  /** From then on a message may be sent. */
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

  /** Counted as UNCONFIRMED until their request has ended. */
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

  /** The end of a request, as recorded in the database. */
  recordEnds(ends: readonly SubmittedMessage[]): void {
    for (const { customImsId, state, code, imsId } of ends) {
      const message = this.stored.get(customImsId);
      if (!message) continue;
      const acceptedAt = state === 'ACCEPTED' ? new Date() : null;
      const dueAt = state === 'QUEUED' ? this.createdAt : null;
      Object.assign(message, { state, code, imsId, acceptedAt, dueAt });
    }
  }

  /** Their current state in the database. */
  recordStored(messages: readonly ImsMessage[]): void {
    for (const message of messages) this.stored.set(message.customImsId, message);
  }

  /**
   * Takes over the states in the database. A message whose write got no answer and that is missing was not sent. Returns those meant for the
   * queue: their write may still arrive, so they have to be stored again.
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
