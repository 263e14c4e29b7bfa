import { randomBytes } from 'node:crypto';
import type { PipelineTask } from '../contenders/pipeline-task.js';
import type { BullmqPostgresTask } from '../contenders/bullmq-postgres.js';
import type { BullmqTask } from '../contenders/bullmq.js';
import { must } from '../support/contender.js';
import { withDatabase, type DatabaseKind } from '../support/databases.js';
import { hasRedisServer, withDurableRedis } from '../support/durable-redis.js';
import { withGateway, type GatewayCounts } from '../support/gateway.js';
import { runContender } from '../support/processes.js';
import { atLeastTimes, type Bench, type Comparison, type Goal, type Outcome } from './goal.js';
import { interleave, rateOf, type Measured } from './interleave.js';

/** A rate needs no more messages than a steady run takes; the slow ones take theirs as long as ours its 60,000. */
const FULL = {
  messages: 60_000,
  warmUp: 3_000,
  naiveMessages: 3_000,
  naiveWarmUp: 300,
  bullmqPostgresMessages: 15_000,
  bullmqPostgresWarmUp: 1_500,
};
const QUICK = {
  messages: 6_000,
  warmUp: 600,
  naiveMessages: 600,
  naiveWarmUp: 100,
  bullmqPostgresMessages: 1_500,
  bullmqPostgresWarmUp: 300,
};

/** On Redis as it is installed: no write waits for the disk. */
const BULLMQ = 'BullMQ';
/** On a Redis with `appendfsync always`. */
const DURABLE_BULLMQ = 'BullMQ, durable';
/** On its own backend for PostgreSQL, as durable as ours. */
const POSTGRES_BULLMQ = 'BullMQ, PostgreSQL';

const FLOOR_GOALS: Readonly<Record<DatabaseKind, number>> = { postgres: 0.55, sqlite: 0.65, mariadb: 0.55 };

const count = (number: number) => number.toLocaleString('en');

export const durablePipeline: Goal = {
  key: 'P1',
  title: 'durable pipeline, queued to final, PostgreSQL',
  async measure(bench) {
    if (!bench.databases.includes('postgres')) return [];
    const size = bench.isQuick ? QUICK : FULL;
    const { redisUrl } = bench;
    const canStartRedis = await hasRedisServer();
    if (!redisUrl) bench.skip('P1 against BullMQ: Redis does not answer');
    if (!canStartRedis) bench.skip('P1 against BullMQ at equal durability: there is no redis-server to start');
    const measured = await interleave(bench, 'P1 postgres', {
      ours: () => pipeline(bench, 'ours-pipeline', 'postgres', size.messages, size.warmUp),
      floor: () => pipeline(bench, 'floor-pipeline', 'postgres', size.messages, size.warmUp),
      naive: () => pipeline(bench, 'naive', 'postgres', size.naiveMessages, size.naiveWarmUp),
      ...(redisUrl ? { [BULLMQ]: () => bullmq(bench, redisUrl, size) } : {}),
      ...(canStartRedis ? { [DURABLE_BULLMQ]: () => withDurableRedis((url) => bullmq(bench, url, size)) } : {}),
      [POSTGRES_BULLMQ]: () => bullmqOnPostgres(bench, size),
    });
    const comparisons = [against(measured, 'floor', FLOOR_GOALS.postgres), against(measured, 'naive', 30)];
    if (redisUrl) comparisons.push(against(measured, BULLMQ, 2.8));
    if (canStartRedis) comparisons.push(against(measured, DURABLE_BULLMQ, 4));
    comparisons.push(against(measured, POSTGRES_BULLMQ, 4));
    const fewer = `naive: ${count(size.naiveMessages)}, ${POSTGRES_BULLMQ}: ${count(size.bullmqPostgresMessages)}`;
    const what = `${count(size.messages)} messages, queued to final (${fewer}), PostgreSQL`;
    return [outcome('P1', what, measured, comparisons)];
  },
  ours: { databases: ['postgres'], turn: ourTurn },
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
      outcomes.push(outcome(`P2.${kind}`, what, measured, [against(measured, 'floor', FLOOR_GOALS[kind])]));
    }
    return outcomes;
  },
  ours: { databases: ['sqlite', 'mariadb'], turn: ourTurn },
};

function ourTurn(bench: Bench, kind: DatabaseKind, tree: string | null) {
  const { messages, warmUp } = bench.isQuick ? QUICK : FULL;
  return pipeline(bench, 'ours-pipeline', kind, messages, warmUp, tree);
}

/** `secure` against `plain`: the same requests, packed and encrypted. */
export const transports: Goal = {
  key: 'P13',
  title: 'the encrypted interface against the plain one, queued to final',
  async measure(bench) {
    const { messages, warmUp } = bench.isQuick ? QUICK : FULL;
    const outcomes: Outcome[] = [];
    for (const kind of bench.databases) {
      const measured = await interleave(bench, `P13 ${kind}`, {
        ours: () => pipeline(bench, 'ours-pipeline', kind, messages, warmUp, null, 'secure'),
        plain: () => pipeline(bench, 'ours-pipeline', kind, messages, warmUp, null, 'plain'),
      });
      const what = `${count(messages)} messages by the encrypted interface, queued to final, ${kind}`;
      outcomes.push(outcome(`P13.${kind}`, what, measured, [against(measured, 'plain', 0.85)]));
    }
    return outcomes;
  },
};

function pipeline(
  bench: Bench,
  contender: string,
  kind: DatabaseKind,
  messages: number,
  warmUp: number,
  tree: string | null = null,
  transport?: PipelineTask['transport'],
) {
  return withDatabase(kind, (database) =>
    withGateway(async (gateway) => {
      const task: PipelineTask = {
        gatewayUrl: gateway.url,
        database,
        messages,
        warmUp,
        stored: 0,
        ...(transport && { transport }),
      };
      const sample = await runContender(contender, task, bench.profileFolder, tree);
      mustHaveTakenEachOnce(await gateway.counts(), messages + warmUp);
      return sample;
    }),
  );
}

function bullmq(bench: Bench, redisUrl: string, { messages, warmUp }: typeof FULL) {
  return withGateway(async (gateway) => {
    const prefix = `emay_bench_${randomBytes(6).toString('hex')}`;
    const task: BullmqTask = { gatewayUrl: gateway.url, redisUrl, prefix, messages, warmUp };
    const sample = await runContender('bullmq', task, bench.profileFolder);
    mustHaveTakenEachOnce(await gateway.counts(), messages + warmUp);
    return sample;
  });
}

function bullmqOnPostgres(bench: Bench, size: typeof FULL) {
  const { bullmqPostgresMessages: messages, bullmqPostgresWarmUp: warmUp } = size;
  return withDatabase('postgres', (database) =>
    withGateway(async (gateway) => {
      const task: BullmqPostgresTask = { gatewayUrl: gateway.url, database, messages, warmUp };
      const sample = await runContender('bullmq-postgres', task, bench.profileFolder);
      mustHaveTakenEachOnce(await gateway.counts(), messages + warmUp);
      return sample;
    }),
  );
}

/** The contender has found as many gateway ids as messages, each its own; with this count none was taken twice. */
export function mustHaveTakenEachOnce({ accepted }: GatewayCounts, messages: number): void {
  must(accepted === messages, () => `the gateway accepted ${accepted} messages, not ${messages}`);
}

function against(measured: Measured, baseline: string, limit: number): Comparison {
  return atLeastTimes(limit, baseline, rateOf(measured.ours), rateOf(measured[baseline]));
}

function outcome(key: string, what: string, measured: Measured, comparisons: Comparison[]): Outcome {
  return { key, what, unit: 'msg/s', ours: rateOf(measured.ours), comparisons };
}
