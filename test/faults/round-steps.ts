import type { FaultsRun } from './faults-run.js';
import { within } from './waiting.js';

/** After the deadline of a statement that got no answer. Nothing waits for it but what is stuck. */
const GOES_ON_WITHIN_MS = 30_000;

/** Kills all or one, and starts them again; where all are dead, time passes first. */
export async function killSome(run: FaultsRun, all: boolean): Promise<void> {
  const { fleet, random, database } = run;
  const { alive } = fleet;
  const some = all ? alive : [random.pick(alive)];
  await Promise.all(some.map((life) => fleet.kill(life)));
  if (!run.limits.realTime) {
    if (fleet.alive.length === 0) await database.timePasses();
    // With a survivor, half the time both may hold themselves for the one who pulls: that must do no harm either.
    else if (random.chance(0.5)) await database.endLeases();
  }
  const started = some.map(({ slot }) => fleet.start(slot));
  // Now and then the next kill falls into the start.
  if (random.chance(0.85)) await Promise.all(started.map((life) => fleet.ready(life)));
}

export function everybodyReady({ fleet }: FaultsRun): Promise<void[]> {
  return Promise.all(fleet.alive.map((life) => fleet.ready(life)));
}

/**
 * Work must go on in time after the database failed the workers: calls begun since are answered in each of them, the
 * gateway gets messages, and somebody asks it for reports.
 *
 * @param since when it failed them last
 * @param withinMs how long it may take
 */
export async function worksAgain(
  run: FaultsRun,
  since: number,
  withinMs = run.limits.statementTimeoutMs + GOES_ON_WITHIN_MS,
): Promise<void> {
  const { fleet, gateway } = run;
  const missing = () => {
    gateway.read();
    const workers = fleet.alive.filter((life) => fleet.ledger.read(life.journal).lastAnsweredCallBegunAt <= since);
    return [
      ...workers.map(({ origin }) => `no call answered in ${origin}`),
      ...(gateway.lastAcceptedAt <= since ? ['nothing dispatched'] : []),
      ...(gateway.lastReportsAt <= since ? ['no reports came in'] : []),
    ];
  };
  const works = await within(Math.max(0, since + withinMs - Date.now()), () => missing().length === 0, 50);
  if (works) return;
  run.stalls.push(`${Date.now() - since} ms after ${since}: ${missing().join(', ')}`);
}
