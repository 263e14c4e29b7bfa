import { LONGEST_EVENT_WAIT_MS } from '../events/durable-delivery.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { MessageStore } from '../message-store/message-store.js';
import type { OrphanAdoption } from '../reports/orphan-adoption.js';
import type { ReportInbox } from '../reports/report-inbox.js';
import type { SweepTask } from '../sending/sweeper.js';

/** What the sweep does for reports and events, behind what it does for messages. */
export function sweepTasks(
  inbox: ReportInbox,
  store: MessageStore,
  events: EventTransactions,
  adoption: OrphanAdoption,
): SweepTask[] {
  return [
    {
      run: () => inbox.loseAbandoned(),
      done: 'Pulls of delivery reports ended with their process, so what they fetched may be lost',
    },
    {
      run: async () => {
        const messages = await store.bringBack();
        if (messages === null) return 0;
        return messages + (await events.durable.bringBack(LONGEST_EVENT_WAIT_MS));
      },
      done: 'Messages and events due at once again, after a database clock set back had put them off',
    },
    {
      run: () => events.tellHandlersOfEarly(),
      done: 'Events recorded for handlers that were not known when they came',
    },
    { run: () => adoption.adopt(), done: 'Orphaned delivery reports matched to a message' },
  ];
}
