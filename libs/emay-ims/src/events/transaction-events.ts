import type { SqlSession } from '../database/ims-database.js';
import type { EmayImsEvent } from './emay-ims-event.js';

/** Events of one transaction, emitted after its commit: the last one for each subject. */
export class TransactionEvents {
  private readonly bySubject = new Map<string, EmayImsEvent>();

  constructor(
    /** Whether anything listens to messages: finding the changed ones costs a query. */
    readonly wantsMessages: boolean,
  ) {}

  add(subject: string, event: EmayImsEvent): void {
    this.bySubject.set(subject, event);
  }

  all(): EmayImsEvent[] {
    return [...this.bySubject.values()];
  }
}

/** A session that collects events; without `events` if there are no listeners. */
export interface EventfulSession extends SqlSession {
  readonly events?: TransactionEvents;
}
