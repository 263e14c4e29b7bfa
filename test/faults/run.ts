import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ImsTransport } from 'nestjs-emay-ims';
import { collectEvidence } from './evidence.js';
import { createFaultsDatabase, createOnServer } from './database.js';
import type { Kind } from './database-kind.js';
import type { FaultsRun, ReportSource } from './faults-run.js';
import { Fleet } from './fleet.js';
import { Gateway } from './gateway.js';
import { type Judgement, judge } from './judge.js';
import { OwnServer } from './own-server.js';
import { PushRelay } from './push-relay.js';
import { seeded } from './random.js';
import { ROUNDS } from './rounds.js';
import { settle } from './settle.js';
import { BreakingProxy } from './breaking-proxy.js';

/** What `tsc --build test/faults` makes of `worker.ts`. */
const WORKER = 'test/faults/dist/worker.js';
/** Its key fits the encrypted interface. */
const ACCOUNT = { appId: 'EUCP-EMY-SMS0-FAULT', secretKey: 'KEY-OF-FAULTTEST' };
/** Generous: nothing waits for it but who stands still, and a busy machine must not look like a silent gateway. */
const TIMEOUT_MS = 8_000;
/** After its request's own time, an attempt is given up: `submitter.ts`. */
const SETTLING_MS = 5_000;
/** Of the workers' statements, as by default: on a busy machine none takes that long which is not stuck. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** Few connections: others use the server as well. */
const POOL_SIZE = 6;
/** A push that nobody has taken comes again soon, and does not end. */
const PUSH = { everyMs: 50, timeoutMs: 3_000, retryAfterMs: Array<number>(10_000).fill(200) };
const CONCURRENCY = 4;
const CALLERS = 3;
/** Each caller, the twins and the repeats may have a batch under way, each in several requests; so may the dispatcher. */
const ATTEMPTS_AT_A_TIME = (1 + CALLERS + 2) * CONCURRENCY;

export const MODES = Object.keys(ROUNDS);

/** The modes that make sense there. */
export function modesOn(kind: Kind): string[] {
  return MODES.filter((mode) => kind !== 'sqlite' || !ROUNDS[mode]?.needsServer);
}

export interface FaultsOptions {
  kind: Kind;
  mode: string;
  rounds: number;
  seed: number;
  /** Default: one on an SQLite file, two on a server. */
  workers?: number | undefined;
  /** Default: plain. */
  transport?: ImsTransport | undefined;
  /** How reports come. Default: pull. */
  reports?: ReportSource | undefined;
  /** Puts a worker of its own into the folder and resolves to its file. Default: the one of this repository. */
  installWorker?: ((folder: string) => Promise<string>) | undefined;
  /** Leases and attempts of the dead run out by themselves, which takes more than a minute at the end. */
  realTime?: boolean;
  /** Folder and database stay, whatever comes of it. */
  keep?: boolean;
  progress?: ((line: string) => void) | undefined;
}

export interface FaultsVerdict extends Judgement {
  kind: Kind;
  mode: string;
  rounds: number;
  seed: number;
  lives: number;
  disturbances: number;
  seconds: number;
  notes: string[];
  /** `null` where it has been deleted. */
  folder: string | null;
  database: string | null;
}

/**
 * Runs workers against a gateway and a database of their own, does to them what the mode says, lets everything settle and
 * joins what the gateway, the database and the callers know.
 *
 * - Seeded: the calls and what is done to whom come again with the seed; at which instruction a kill strikes does not.
 * - Bounded in time, and ends only processes it started.
 * - Where something is wrong, folder and database stay for a look.
 */
export async function runFaults(options: FaultsOptions): Promise<FaultsVerdict> {
  const { kind, mode, rounds, seed, workers, installWorker, realTime = false, keep = false, progress } = options;
  const { transport = 'plain', reports = 'pull' } = options;
  const round = ROUNDS[mode];
  if (!round) throw new Error(`--mode is one of ${MODES.join(', ')}`);
  if (round.isLying && reports !== 'pull') throw new Error(`--mode ${mode} is about reports that are pulled.`);
  if (round.needsPushes && reports === 'pull') throw new Error(`--mode ${mode} needs --reports push or both.`);
  const { ownServer = false, behindProxy = false, timeoutMs = TIMEOUT_MS, expiring } = round;
  const statementTimeoutMs = round.impatientMs ?? STATEMENT_TIMEOUT_MS;
  if (kind === 'sqlite' && round.needsServer) {
    throw new Error(`--mode ${mode} needs a database server: it makes no sense with an SQLite file.`);
  }
  const began = performance.now();
  const folder = await mkdtemp(join(tmpdir(), `emay-ims-faults-${kind}-`));
  await chmod(folder, 0o711); // A database server of our own runs as somebody else.
  const random = seeded(`${seed}/rounds`);
  const stopping: (() => unknown)[] = [];
  let isSound = false;
  try {
    const server = ownServer && kind !== 'sqlite' ? await OwnServer.create(kind, folder) : null;
    if (server) stopping.push(() => server.stop());
    const database =
      server && kind !== 'sqlite' ? await createOnServer(kind, server.url) : await createFaultsDatabase(kind, folder);
    stopping.push(() => (isSound && !keep ? database.drop() : undefined));
    await database.createOrders();
    const gateway = await Gateway.start({ folder, account: ACCOUNT, reportDelayMs: '0-600', seed });
    stopping.push(() => gateway.stop());

    const proxy = behindProxy ? await BreakingProxy.start(database.server) : null;
    if (proxy) stopping.push(() => proxy.stop());

    const stream = { seed, onServer: database.onServer, expiring: expiring ?? false };
    const forWorkers = {
      stream,
      account: ACCOUNT,
      gatewayUrl: gateway.url,
      timeoutMs,
      concurrency: CONCURRENCY,
      twinEveryMs: 300,
      transport,
      reports,
    };
    const databaseOf = (origin: string) =>
      database.forWorkers(
        proxy,
        { statementTimeoutMs, poolSize: POOL_SIZE },
        round.habits?.(kind, seeded(`${seed}/${origin}/habits`)),
      );
    const worker = installWorker ? await installWorker(await mkdtemp(join(folder, 'packed-'))) : resolve(WORKER);
    const fleet = new Fleet(worker, { folder, callers: CALLERS, forWorkers, databaseOf });
    stopping.push(() => Promise.all(fleet.alive.map((life) => fleet.kill(life))));
    if (reports !== 'pull') {
      const relay = await PushRelay.start(() => fleet.pushPorts, seeded(`${seed}/pushes`));
      stopping.push(() => relay.stop());
      await gateway.changeAccount({ push: { ...PUSH, url: relay.url, pullBesidePush: reports === 'both' } });
    }
    const limits = {
      timeoutMs,
      attemptMs: timeoutMs + SETTLING_MS,
      statementTimeoutMs,
      attemptsAtATime: ATTEMPTS_AT_A_TIME,
      stuckMs: realTime ? 120_000 : 60_000,
      realTime,
    };
    const run: FaultsRun = {
      round,
      random,
      stream,
      account: ACCOUNT,
      limits,
      database,
      server,
      gateway,
      proxy,
      fleet,
      stalls: [],
      reportedUnsent: new Set(),
      notes: [],
    };

    // The first one migrates.
    const slots = Array.from({ length: workers ?? (kind === 'sqlite' ? 1 : 2) }, (_, slot) => slot);
    for (const slot of slots) await fleet.ready(fleet.start(slot));
    for (let number = 1; number <= rounds; number++) {
      await round.run(run);
      const waiting = await gateway.pendingReports();
      progress?.(`round ${number}/${rounds}: ${gateway.accepted.size} accepted, ${waiting} reports wait`);
    }
    await settle(run);
    const verdict = judge(run, await collectEvidence(run));
    isSound = verdict.violations.length === 0;
    const lives = fleet.lives.map(({ origin, startedAt, endedAt, expected }) => ({
      origin,
      startedAt,
      endedAt,
      expected,
    }));
    const record = { seed, mode, ...verdict, disturbances: fleet.disturbances, lives };
    await writeFile(join(folder, 'verdict.json'), JSON.stringify(record, null, 2));
    return {
      ...verdict,
      kind,
      mode,
      rounds,
      seed,
      lives: fleet.lives.length,
      disturbances: fleet.disturbances.length,
      seconds: Math.round((performance.now() - began) / 1_000),
      notes: run.notes,
      folder: isSound && !keep ? null : folder,
      database: isSound && !keep ? null : database.address,
    };
  } finally {
    for (const stop of stopping.reverse()) await stop();
    if (isSound && !keep) await rm(folder, { recursive: true, force: true });
  }
}
