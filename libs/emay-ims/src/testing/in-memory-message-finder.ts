import type { ImsMessage } from '../messages/ims-message.entity.js';
import { IMS_MESSAGE_STATES, type ImsMessageState } from '../messages/message-state.js';
import type { MessageFinder, MessageQuery } from '../message-store/message-finder.js';
import type { PageEnd } from '../messages/page-cursor.js';
import type { MessageTable } from './message-table.js';
import type { Surface } from './surface.js';

/** Reads messages in memory. */
export class InMemoryMessageFinder implements Surface<MessageFinder> {
  constructor(private readonly table: MessageTable) {}

  async findByIds(customImsIds: readonly string[]): Promise<ImsMessage[]> {
    return this.table.byIds(customImsIds);
  }

  findLatestByIds(customImsIds: readonly string[]): Promise<ImsMessage[]> {
    return this.findByIds(customImsIds);
  }

  async findOne(customImsId: string): Promise<ImsMessage | null> {
    return this.table.byIds([customImsId])[0] ?? null;
  }

  async stats(): Promise<Record<ImsMessageState, number>> {
    const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0])) as Record<ImsMessageState, number>;
    for (const { state } of this.table.where(() => true)) counts[state]++;
    return counts;
  }

  async find(query: MessageQuery): Promise<ImsMessage[]> {
    return this.table
      .where((message) => isWanted(message, query))
      .sort((one, other) => (isBefore(one, other) ? 1 : -1))
      .slice(0, query.limit);
  }
}

function isWanted(message: ImsMessage, query: MessageQuery): boolean {
  const { states, mobile, code, idPrefix, createdFrom, createdBefore, after } = query;
  return (
    (!states || states.includes(message.state)) &&
    (mobile === undefined || message.mobile === mobile) &&
    (code === undefined || message.code === code) &&
    (idPrefix === undefined || message.customImsId.startsWith(idPrefix)) &&
    (!createdFrom || message.createdAt >= createdFrom) &&
    (!createdBefore || message.createdAt < createdBefore) &&
    (!after || isBefore(message, after))
  );
}

function isBefore(one: PageEnd, other: PageEnd): boolean {
  const apart = one.createdAt.getTime() - other.createdAt.getTime();
  return apart === 0 ? one.customImsId < other.customImsId : apart < 0;
}
