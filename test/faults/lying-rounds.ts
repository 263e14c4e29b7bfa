import { setTimeout as pause } from 'node:timers/promises';
import type { FaultsRun, Round } from './faults-run.js';
import { drawLies } from './lies.js';
import { everybodyReady, killSome, worksAgain } from './round-steps.js';

/** Messages that have never been handed over; of such as are still to be, and of such as only their caller may send. */
const NEVER_ATTEMPTED = `SELECT custom_ims_id AS id, mobile FROM emay_ims_message
  WHERE state = 'QUEUED' AND attempts = 0 ORDER BY due_at DESC, custom_ims_id LIMIT 20`;
const MOST_LIED_ABOUT = 5;
/** A page of absurd size is read piece by piece, between all that a busy process has to do. */
const GOES_ON_WITHIN_MS = 30_000;
const ANOTHER_NUMBER = '0061400999888';

/** A gateway that lies: see `lies.ts`. */
export const LYING_ROUNDS: Record<string, Round> = {
  /** For a while; and once it tells the truth again, nothing that it has said stands in the way. */
  lies: {
    isLying: true,
    timeoutMs: 2_500,
    async run(run) {
      await everybodyReady(run);
      await lie(run, run.random.between(600, 3_000));
      // Now and then the next lies find what these have left behind.
      if (run.random.chance(0.3)) return;
      await run.gateway.tellTheTruth();
      // Requests that get no answer go on for as long as they may.
      await worksAgain(run, Date.now() + run.limits.timeoutMs, GOES_ON_WITHIN_MS);
    },
  },
  /** And processes are killed meanwhile. */
  'kill-while-lied-to': {
    isLying: true,
    timeoutMs: 2_500,
    endsWith: 'kill',
    async run(run) {
      await lie(run, run.random.between(300, 2_000));
      await killSome(run, run.random.chance(0.5));
      if (run.random.chance(0.6)) await run.gateway.tellTheTruth();
    },
  },
};

async function lie(run: FaultsRun, milliseconds: number): Promise<void> {
  const { random, gateway } = run;
  const { orders, switches } = drawLies(random);
  for (const order of orders) await gateway.inject(order);
  if (Object.keys(switches).length > 0) await gateway.changeAccount(switches);
  await pause(milliseconds);
  if (random.chance(0.5)) await reportWhatNobodySent(run);
}

/** Reports of messages that have never been handed over, as if the database were an older copy of itself. */
async function reportWhatNobodySent({ random, gateway, database, account, reportedUnsent }: FaultsRun): Promise<void> {
  const waiting = await database.query<{ id: string; mobile: string }>(NEVER_ATTEMPTED);
  for (const { id, mobile } of waiting.slice(0, random.between(0, MOST_LIED_ABOUT))) {
    const isToItsNumber = random.chance(0.7);
    // Known before it is told: it may be pulled, applied and judged at once.
    if (isToItsNumber) reportedUnsent.add(id);
    await gateway.pushReport({
      appId: account.appId,
      mobile: isToItsNumber ? `00${mobile.slice(1)}` : ANOTHER_NUMBER,
      customImsId: id,
      state: 'DELIVRD',
    });
  }
}
