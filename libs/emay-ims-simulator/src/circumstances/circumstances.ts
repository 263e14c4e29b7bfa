import type { SendEntry } from '../wire/request-body.js';
import type { PlannedReport } from './planned-report.js';
import type { StrangerMessage } from './stranger-message.js';

/** What a fault may change about the gateway while it deals with one request. */
export interface Circumstances {
  /** How far the gateway's clock is ahead, in milliseconds. */
  readonly clockShiftMs?: number | undefined;
  /** Changes which reports a message of the request gets. */
  readonly replan?: ((planned: readonly PlannedReport[]) => readonly PlannedReport[]) | undefined;
  /** Only the first so many messages are taken. */
  readonly takesOnly?: number | undefined;
  /** The page that is handed out goes back into the queue. */
  readonly putsBack?: boolean | undefined;
  /** Messages that another system sent, whose reports are queued with those of this request. */
  readonly strangers?: ((taken: readonly SendEntry[]) => readonly StrangerMessage[]) | undefined;
}
