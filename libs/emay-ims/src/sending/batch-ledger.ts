import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { isSamePayload } from '../messages/message-identity.js';
import type { NewMessage } from '../messages/new-message.js';
import { unreadMessage } from '../messages/unread-message.js';
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
const IN_DOUBT = { state: 'UNCONFIRMED', code: 'STORE_FAILED', attempts: 1 } as const;

/**
 * What a process knows of the messages of a batch, from step to step, so that each can be told of even if the database is
 * not there any more. What it says itself is believed first.
 */
export class BatchLedger {
  /** By id. What is not in it has never been stored by this call. */
  readonly stored: Map<string, ImsMessage>;
  /** Those whose write got no answer, so that no request has left with them; and whether that was to put them into the queue. */
  private readonly unanswered = new Map<string, { message: NewMessage; isQueueing: boolean }>();
  /** Whether anything is stored: from then on, it may be sent. */
  hasBegun = false;
  createdAt = new Date(0);

  constructor(
    private readonly account: string,
    private readonly messages: readonly NewMessage[],
    known: readonly ImsMessage[],
  ) {
    this.stored = new Map(known.map((message) => [message.customImsId, message]));
  }

  get storedIds(): string[] {
    return [...this.stored.keys()];
  }

  queueing(messages: readonly NewMessage[], write: () => Promise<void>): Promise<void> {
    return this.storing(messages, write, ({ sendAt }) => ({ state: 'QUEUED', dueAt: sendAt ?? this.createdAt }), true);
  }

  /** In doubt until it is known how their request ended. */
  submitting(messages: readonly NewMessage[], write: () => Promise<void>): Promise<void> {
    return this.storing(messages, write, () => IN_DOUBT, false);
  }

  /** How a request ended, as recorded in the database. */
  ended(ends: readonly SubmittedMessage[]): void {
    for (const { customImsId, state, code, imsId } of ends) {
      const message = this.stored.get(customImsId);
      if (!message) continue;
      const acceptedAt = state === 'ACCEPTED' ? new Date() : null;
      const dueAt = state === 'QUEUED' ? this.createdAt : null;
      Object.assign(message, { state, code, imsId, acceptedAt, dueAt });
    }
  }

  /** How they stand in the database. */
  read(messages: readonly ImsMessage[]): void {
    for (const message of messages) this.stored.set(message.customImsId, message);
  }

  /**
   * How all that may be stored stand in the database. What is not there of those without an answer has not been sent; those that
   * were to be queued are returned: their write may still arrive, so only storing them again tells.
   */
  readBack(messages: readonly ImsMessage[]): NewMessage[] {
    this.read(messages);
    for (const { customImsId } of messages) this.unanswered.delete(customImsId);
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

  private async storing(
    messages: readonly NewMessage[],
    write: () => Promise<void>,
    standing: (message: NewMessage) => Pick<ImsMessage, 'state'> & Partial<ImsMessage>,
    isQueueing: boolean,
  ): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (error instanceof EmayImsStoreError && error.mayBeStored) {
        this.note(messages, () => IN_DOUBT);
        for (const message of messages) this.unanswered.set(message.customImsId, { message, isQueueing });
      }
      throw error;
    }
    this.hasBegun = true;
    this.note(messages, standing);
  }

  private note(
    messages: readonly NewMessage[],
    standing: (message: NewMessage) => Pick<ImsMessage, 'state'> & Partial<ImsMessage>,
  ): void {
    for (const message of messages) {
      const { createdAt } = this;
      this.stored.set(message.customImsId, unreadMessage(this.account, message, { createdAt, ...standing(message) }));
    }
  }
}
