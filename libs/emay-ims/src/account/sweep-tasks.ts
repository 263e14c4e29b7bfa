import { LONGEST_EVENT_WAIT_MS } from '../events/durable-delivery.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { MessageMaintenance } from '../message-store/message-maintenance.js';
import type { LateMatching } from '../reports/late-matching.js';
import type { ReportInbox } from '../reports/report-inbox.js';
import type { SweepTask } from '../sending/sweeper.js';

/** What the sweep does for reports and events, behind what it does for messages. */
export function sweepTasks(
  inbox: ReportInbox,
  messages: MessageMaintenance,
  events: EventTransactions,
  lateMatching: LateMatching,
): SweepTask[] {
  return [
    {
      run: () => inbox.loseStalled(),
      done: 'Pulls of delivery reports ended with their process, so what they fetched may be lost',
    },
    {
      run: async () => {
        const brought = await messages.recoverFromClockSetBack();
        if (brought === null) return 0;
        return brought + (await events.durable.recoverFromClockSetBack(LONGEST_EVENT_WAIT_MS));
      },
      done: 'Messages and events due at once again, after a database clock set back had put them off',
    },
    {
      run: () => events.tellHandlersOfEarly(),
      done: 'Events recorded for handlers that were not known when they came',
    },
    { run: () => lateMatching.match(), done: 'Orphaned delivery reports matched to a message' },
  ];
}
