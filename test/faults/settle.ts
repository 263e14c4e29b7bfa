import { setTimeout as pause } from 'node:timers/promises';
import type { FaultsRun } from './faults-run.js';
import { within } from './waiting.js';

/** Messages that only their caller may send again (`send` that was not sent) rest in the queue without a due time. */
const OPEN = `SELECT
  (SELECT COUNT(*) FROM emay_ims_message WHERE state = 'SUBMITTING' OR (state = 'QUEUED' AND due_at IS NOT NULL)) AS messages,
  (SELECT COUNT(*) FROM emay_ims_report_batch WHERE state IN ('PULLING', 'STORED')) AS pages`;

/** However much there is to do: a run ends. */
const LONGEST_MS = 600_000;

/**
 * Ends the workers and lets one more finish everything: nothing queued or under way, no report at the gateway, every
 * call that got no answer made again.
 */
export async function settle(run: FaultsRun): Promise<void> {
  const { fleet, database, gateway, proxy, round, limits } = run;
  const end = round.endsWith ?? 'terminate';
  // Before a host has installed its handler, SIGTERM is the end of a process like any other.
  if (end === 'terminate') await Promise.all(fleet.alive.map((life) => fleet.ready(life)));
  await Promise.all(fleet.alive.map((life) => fleet[end](life)));
  proxy?.forget();
  if (!limits.realTime) await database.timePasses();
  await gateway.tellTheTruth();

  // Without what plagued the others.
  const life = fleet.start('last', { callers: 0, repeats: Infinity, database: database.forWorkers(null, {}) });
  await fleet.ready(life);
  let open: { messages: number | string; pages: number | string } | undefined;
  let lastProgressAt = performance.now();
  let before = '';
  const isSettled = async () => {
    const { hasRepeated, lines } = fleet.ledger.read(life.journal);
    [open] = await database.query<{ messages: number | string; pages: number | string }>(OPEN);
    if (!open) throw new Error('The database does not say what is open.');
    const waiting = await gateway.pendingReports();
    // A busy machine is slow, not stuck: what counts is that it goes on.
    const now = `${lines} ${open.messages} ${open.pages} ${waiting} ${gateway.accepted.size}`;
    if (now !== before) lastProgressAt = performance.now();
    before = now;
    if (life.process.hasExited() || performance.now() - lastProgressAt > limits.stuckMs) return 'stuck';
    return hasRepeated && Number(open.messages) === 0 && Number(open.pages) === 0 && waiting <= 0 ? 'settled' : null;
  };
  const outcome = await within(LONGEST_MS, isSettled, 150);
  if (outcome !== 'settled') {
    fleet.violations.push(
      `not settled (${outcome ?? 'still at work after the longest time allowed'}): ${JSON.stringify(open)}, ` +
        `${await gateway.pendingReports()} reports at the gateway`,
    );
  }
  await pause(300);
  await fleet.terminate(life);
  gateway.read();
}
