import { TEXT_MARK } from './calls.mjs';
import { judgeDoubts } from './judge-doubts.mjs';
import { judgeLiedReports } from './judge-lied-reports.mjs';
import { judgeMessages } from './judge-messages.mjs';
import { judgeReports } from './judge-reports.mjs';

const FULL_NUMBER = /(?<!\d)(?:\+|00)?614\d{8}(?!\d)/;
const SHOWN_OF_A_KIND = 5;

/** Joins the three accounts of a run; resolves to what is wrong, and to the numbers. */
export function judge(run, evidence) {
  const found = new Map();
  const violate = (kind, what) => found.set(kind, [...(found.get(kind) ?? []), what]);
  for (const what of run.fleet.violations) violate('process', what);
  for (const what of run.stalls) violate('stalled', what);
  const numbers = {
    messages: judgeMessages(run, evidence, violate),
    doubts: judgeDoubts(run, evidence, violate),
    reports: (run.isLying ? judgeLiedReports : judgeReports)(run, evidence, violate),
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
function judgeOutputs({ account }, { outputs }, violate) {
  for (const { path, text } of outputs) {
    if (text.includes(account.secretKey)) violate('secret printed', `the secret key, in ${path}`);
    if (text.includes(TEXT_MARK)) violate('secret printed', `a message's text, in ${path}`);
    if (FULL_NUMBER.test(text)) violate('secret printed', `a full number, in ${path}`);
  }
}
