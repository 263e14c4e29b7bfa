import { BAD_NUMBER, type PlannedReport, REPEATED_NUMBER } from '../circumstances/planned-report.js';
import type { SendCallName } from '../wire/call-name.js';
import { isMobile } from '../wire/mobile.js';
import type { SendEntry } from '../wire/request-body.js';
import { magicOutcome } from './magic-numbers.js';

/** The reports of each message of one call, in the order of its entries. `draw` decides where nothing else does. */
export function planReports(
  call: SendCallName,
  entries: readonly SendEntry[],
  draw: (mobile: string) => readonly PlannedReport[],
): (readonly PlannedReport[])[] {
  const sent = new Set<string>();
  return entries.map((entry) => {
    // Checked trimmed, stored untrimmed: a padded number passes the first and fails at the second (seen).
    if (!isMobile(entry.mobile)) return BAD_NUMBER;
    const key = call === 'sendPersonalityIMS' ? `${entry.mobile} ${entry.content}` : entry.mobile;
    if (sent.has(key)) return REPEATED_NUMBER;
    sent.add(key);
    const magic = magicOutcome(entry.mobile);
    return magic && 'reports' in magic ? magic.reports : draw(entry.mobile);
  });
}
