import type { SqlSession } from '../database/ims-database.js';
import type { EmayImsEvent } from './emay-ims-event.js';

/** What one transaction makes true, to be told after its commit: about each subject, the last word. */
export class TransactionEvents {
  private readonly bySubject = new Map<string, EmayImsEvent>();

  constructor(
    /** Whether anybody wants to know which messages change: finding that out has its price. */
    readonly wantsMessages: boolean,
  ) {}

  add(subject: string, event: EmayImsEvent): void {
    this.bySubject.set(subject, event);
  }

  all(): EmayImsEvent[] {
    return [...this.bySubject.values()];
  }
}

/** A session that takes events along; it has no `events` while nobody listens. */
export interface EventfulSession extends SqlSession {
  readonly events?: TransactionEvents;
}
