import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { MessageFinder, MessageQuery } from '../message-store/message-finder.js';
import type { PageEnd } from '../messages/page-cursor.js';
import type { MessageTable } from './message-table.js';
import type { Surface } from './surface.js';

/** Finds messages in memory, newest first. */
export class InMemoryMessageFinder implements Surface<MessageFinder> {
  constructor(private readonly table: MessageTable) {}

  async find(query: MessageQuery): Promise<ImsMessage[]> {
    return this.table
      .where((message) => isWanted(message, query))
      .sort((one, other) => (isBefore(one, other) ? 1 : -1))
      .slice(0, query.limit);
  }
}

function isWanted(message: ImsMessage, query: MessageQuery): boolean {
  const { states, mobile, idPrefix, createdFrom, createdBefore, after } = query;
  return (
    (!states || states.includes(message.state)) &&
    (mobile === undefined || message.mobile === mobile) &&
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
