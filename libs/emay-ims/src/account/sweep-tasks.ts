import { LONGEST_EVENT_WAIT_MS } from '../events/durable-delivery.js';
import type { EventTransactions } from '../events/event-transactions.js';
import type { MessageMaintenance } from '../message-store/message-maintenance.js';
import type { LateMatching } from '../reports/late-matching.js';
import type { ReportInbox } from '../reports/report-inbox.js';
import type { SweepTask } from '../sending/sweeper.js';

/** Maintenance of reports and events, after that of messages. */
export function sweepTasks(
  inbox: ReportInbox,
  messages: MessageMaintenance,
  events: EventTransactions,
  lateMatching: LateMatching,
): SweepTask[] {
  let areEventsDue = false;
  return [
    {
      run: () => inbox.loseStalled(),
      done: 'Possibly lost report batches: their process stopped during the poll',
    },
    {
      run: async (goOn) => {
        const brought = await messages.recoverFromClockSetBack(goOn);
        areEventsDue ||= brought !== null;
        if (!areEventsDue || !goOn()) return brought ?? 0;
        const broughtEvents = await events.durable.recoverFromClockSetBack(LONGEST_EVENT_WAIT_MS);
        areEventsDue = false;
        return (brought ?? 0) + broughtEvents;
      },
      done: 'Messages and events made ready: the database clock was set back, which had delayed them',
    },
    {
      run: () => events.tellHandlersOfEarly(),
      done: 'Early events assigned to handlers that registered later, or deleted after a week without a durable handler',
    },
    { run: () => lateMatching.match(), done: 'Unmatched delivery reports matched to a message' },
  ];
}
