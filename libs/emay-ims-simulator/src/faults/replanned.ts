import type { PlannedReport } from '../circumstances/planned-report.js';
import type { Exchange } from '../exchange/exchange.js';
import { SEND_CALL_NAMES } from '../wire/call-name.js';

/** Only these have messages whose reports can be planned. */
export const REPLANNED_CALLS = SEND_CALL_NAMES;

/** Answers as usual, with other reports planned for each message of the request. */
export function replanned(
  exchange: Exchange,
  replan: (planned: readonly PlannedReport[]) => readonly PlannedReport[],
): void {
  exchange.answer(exchange.accept({ replan }));
}
