import { randomBytes } from 'node:crypto';
import type { PipelineTask } from '../contenders/pipeline-task.js';
import type { BullmqTask } from '../contenders/bullmq.js';
import { must } from '../support/contender.js';
import { withDatabase, type DatabaseKind } from '../support/databases.js';
import { withGateway, type GatewayCounts } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atLeastTimes, type Bench, type Comparison, type Goal, type Outcome } from './goal.js';
import { interleave, type Measured } from './interleave.js';

/** A rate needs no more messages than a steady run takes; the naive one takes 3,000 as long as ours its 60,000. */
const FULL = { messages: 60_000, warmUp: 3_000, naiveMessages: 3_000, naiveWarmUp: 300 };
const QUICK = { messages: 6_000, warmUp: 600, naiveMessages: 600, naiveWarmUp: 100 };

const count = (number: number) => number.toLocaleString('en');

export const durablePipeline: Goal = {
  key: 'P1',
  title: 'durable pipeline, queued to final, PostgreSQL',
  async measure(bench) {
    if (!bench.databases.includes('postgres')) return [];
    const size = bench.isQuick ? QUICK : FULL;
    const isWithRedis = bench.redisUrl !== null;
    if (!isWithRedis) bench.skip('P1 against BullMQ: Redis does not answer');
    const measured = await interleave(bench, 'P1 postgres', {
      ours: () => pipeline(bench, 'ours-pipeline', 'postgres', size.messages, size.warmUp),
      floor: () => pipeline(bench, 'floor-pipeline', 'postgres', size.messages, size.warmUp),
      naive: () => pipeline(bench, 'naive', 'postgres', size.naiveMessages, size.naiveWarmUp),
      ...(isWithRedis ? { bullmq: () => bullmq(bench, size.messages, size.warmUp) } : {}),
    });
    const comparisons = [against(measured, 'floor', 0.6), against(measured, 'naive', 30)];
    if (isWithRedis) comparisons.push(against(measured, 'bullmq', 4));
    const what = `${count(size.messages)} messages, queued to final (naive: ${count(size.naiveMessages)}), PostgreSQL`;
    return [outcome('P1', what, measured, comparisons)];
  },
};

export const otherPipelines: Goal = {
  key: 'P2',
  title: 'the same on SQLite and MariaDB',
  async measure(bench) {
    const size = bench.isQuick ? QUICK : FULL;
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases.filter((one) => one !== 'postgres')) {
      const measured = await interleave(bench, `P2 ${kind}`, {
        ours: () => pipeline(bench, 'ours-pipeline', kind, size.messages, size.warmUp),
        floor: () => pipeline(bench, 'floor-pipeline', kind, size.messages, size.warmUp),
      });
      const what = `${count(size.messages)} messages, queued to final, ${kind}`;
      outcomes.push(outcome(`P2.${kind}`, what, measured, [against(measured, 'floor', 0.6)]));
    }
    return outcomes;
  },
};

function pipeline(bench: Bench, contender: string, kind: DatabaseKind, messages: number, warmUp: number) {
  return withDatabase(kind, (database) =>
    withGateway(async (gateway) => {
      const task: PipelineTask = { gatewayUrl: gateway.url, database, messages, warmUp, stored: 0 };
      const sample = await runContender(contender, task, bench.profileFolder);
      mustHaveTakenEachOnce(await gateway.counts(), messages + warmUp);
      return sample;
    }),
  );
}

function bullmq(bench: Bench, messages: number, warmUp: number) {
  return withGateway(async (gateway) => {
    const prefix = `emay_bench_${randomBytes(6).toString('hex')}`;
    const redisUrl = bench.redisUrl ?? '';
    const task: BullmqTask = { gatewayUrl: gateway.url, redisUrl, prefix, messages, warmUp };
    const sample = await runContender('bullmq', task, bench.profileFolder);
    mustHaveTakenEachOnce(await gateway.counts(), messages + warmUp);
    return sample;
  });
}

/** The contender has found as many gateway ids as messages, each its own; with this count none was taken twice. */
export function mustHaveTakenEachOnce({ accepted }: GatewayCounts, messages: number): void {
  must(accepted === messages, () => `the gateway accepted ${accepted} messages, not ${messages}`);
}

function against(measured: Measured, baseline: string, limit: number): Comparison {
  return atLeastTimes(limit, baseline, measured.ours!.perSecond!, measured[baseline]!.perSecond!);
}

function outcome(key: string, what: string, measured: Measured, comparisons: Comparison[]): Outcome {
  return { key, what, unit: 'msg/s', ours: measured.ours!.perSecond!, comparisons };
}
