import { ImsMessage } from '../messages/ims-message.entity.js';
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

  constructor(
    readonly account: string,
    /** Called with each message that has come into another state. */
    private readonly onMoved: (message: ImsMessage) => void = () => undefined,
  ) {}

  where(holds: (message: ImsMessage) => boolean): ImsMessage[] {
    return [...this.messages.values()].filter(holds).map(copy);
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

  /** How many there were. */
  deleteWhere(holds: (message: ImsMessage) => boolean): number {
    const unwanted = this.where(holds);
    for (const { customImsId } of unwanted) this.messages.delete(customImsId);
    return unwanted.length;
  }
}

function copy(message: ImsMessage): ImsMessage {
  return Object.assign(new ImsMessage(), message);
}
