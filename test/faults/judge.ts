import { TEXT_MARK } from './calls.js';
import type { Evidence } from './evidence.js';
import type { FaultsRun, Violate } from './faults-run.js';
import { judgeDoubts } from './judge-doubts.js';
import { judgeLiedReports } from './judge-lied-reports.js';
import { judgeLists } from './judge-lists.js';
import { judgeMessages } from './judge-messages.js';
import { judgeReports } from './judge-reports.js';

const FULL_NUMBER = /(?<!\d)(?:\+|00)?614\d{8}(?!\d)/;
const SHOWN_OF_A_KIND = 5;

export type Judgement = ReturnType<typeof judge>;

/** Joins the three accounts of a run; returns what is wrong, and the numbers. */
export function judge(run: FaultsRun, evidence: Evidence) {
  const found = new Map<string, string[]>();
  const violate: Violate = (kind, what) => found.set(kind, [...(found.get(kind) ?? []), what]);
  for (const what of run.fleet.violations) violate('process', what);
  for (const what of run.stalls) violate('stalled', what);
  const numbers = {
    messages: judgeMessages(run, evidence, violate),
    lists: judgeLists(evidence, violate),
    doubts: judgeDoubts(run, evidence, violate),
    reports: (run.round.isLying ? judgeLiedReports : judgeReports)(run, evidence, violate),
  };
  judgeOutputs(run, evidence, violate);
  const violations = [...found].flatMap(([kind, list]) => [
    ...list.slice(0, SHOWN_OF_A_KIND).map((what) => `${kind}: ${what}`),
    ...(list.length > SHOWN_OF_A_KIND ? [`${kind}: and ${list.length - SHOWN_OF_A_KIND} more`] : []),
  ]);
  const counts = Object.fromEntries([...found].map(([kind, list]) => [kind, list.length]));
  return { violations, counts, numbers };
}

/** What the workers printed is for anybody who reads logs. */
function judgeOutputs({ account }: FaultsRun, { outputs }: Evidence, violate: Violate): void {
  for (const { path, text } of outputs) {
    if (text.includes(account.secretKey)) violate('secret printed', `the secret key, in ${path}`);
    if (text.includes(TEXT_MARK)) violate('secret printed', `a message's text, in ${path}`);
    if (FULL_NUMBER.test(text)) violate('secret printed', `a full number, in ${path}`);
  }
}
