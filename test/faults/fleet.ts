import { join } from 'node:path';
import type { ImsTransport } from 'nestjs-emay-ims';
import type { CallStream } from './calls.js';
import type { WorkersDatabase } from './database.js';
import type { Account, ReportSource } from './faults-run.js';
import { Ledger } from './ledger.js';
import { type RunningProcess, startProcess } from './processes.js';
import { within } from './waiting.js';

const REPEATS_PER_LIFE = 40;
/** What orchestrators wait for before they kill. Beside the suites, a machine has a tenth of its speed. */
const GRACE_MS = 30_000;
/** On a busy machine a start is slow, not stuck. */
const READY_WITHIN_MS = 90_000;

/** What all workers of a run are told. */
interface ForWorkers {
  stream: CallStream;
  account: Account;
  transport: ImsTransport;
  gatewayUrl: string;
  timeoutMs: number;
  /** How many requests a worker may have under way. */
  concurrency: number;
  twinEveryMs: number;
  reports: ReportSource;
}

/** What a worker is told, as JSON in FAULTS_WORKER. */
export interface WorkerSettings extends ForWorkers {
  origin: string;
  /** The file for what its callers are told. */
  journal: string;
  database: WorkersDatabase;
  /** How many callers it has. */
  callers: number;
  /** Calls to make again, each by its origin and number. */
  repeats: [origin: string, number: number][];
}

/** A process from its start to its end. */
export interface Life {
  origin: string;
  slot: Slot;
  journal: string;
  output: string;
  taken: [origin: string, number: number][];
  expected: 'kill' | 'terminate' | null;
  startedAt: number;
  endedAt?: number;
  process: RunningProcess;
}

type Slot = number | 'last';

/** What was done to whom, to nobody in particular where there is no origin. */
export interface Disturbance {
  kind: 'kill' | 'stop' | 'terminate' | 'database' | 'statements' | 'connections' | 'silence' | 'lock' | 'left-open';
  origin: string | null;
  from: number;
  to: number;
}

interface FleetSettings {
  folder: string;
  callers: number;
  forWorkers: ForWorkers;
  /** The way to the database of the worker of this origin. */
  databaseOf(origin: string): WorkersDatabase;
}

/** The workers of a run, each a process: a place (slot) is taken by one life after the other. */
export class Fleet {
  /** Every life there was. */
  lives: Life[] = [];
  /** slot → the life that has it now. */
  slots = new Map<Slot, Life>();
  disturbances: Disturbance[] = [];
  violations: string[] = [];
  readonly ledger: Ledger;
  private readonly assigned = new Set<string>();

  /** @param worker the file to run */
  constructor(
    private readonly worker: string,
    readonly settings: FleetSettings,
  ) {
    this.ledger = new Ledger(settings.forWorkers.stream);
  }

  get alive(): Life[] {
    return [...this.slots.values()];
  }

  /** Where the living take pushes. */
  get pushPorts(): number[] {
    return this.alive.flatMap(({ journal }) => this.ledger.read(journal).pushPort ?? []);
  }

  /**
   * Starts a life in the slot; it first repeats what former lives left without an answer.
   *
   * @param other how many callers it has, how many calls it repeats at most, and its own way to the database
   */
  start(slot: Slot, other: { callers?: number; repeats?: number; database?: WorkersDatabase } = {}): Life {
    const { callers = this.settings.callers, repeats = REPEATS_PER_LIFE } = other;
    const origin = `L${this.lives.length}`;
    const journal = join(this.settings.folder, `${origin}.jsonl`);
    const output = join(this.settings.folder, `${origin}.out`);
    const open = this.ledger.unanswered().filter(({ origin: of, number }) => !this.assigned.has(`${of}/${number}`));
    const taken = open.slice(0, repeats).map((call): [string, number] => [call.origin, call.number]);
    for (const [of, number] of taken) this.assigned.add(`${of}/${number}`);
    const { forWorkers, databaseOf } = this.settings;
    const forWorker: WorkerSettings = {
      ...forWorkers,
      database: other.database ?? databaseOf(origin),
      origin,
      journal,
      callers,
      repeats: taken,
    };
    const env = { FAULTS_WORKER: JSON.stringify(forWorker) };
    const worker = startProcess({ args: [this.worker], output, env, cwd: this.settings.folder });
    const life: Life = { origin, slot, journal, output, taken, expected: null, startedAt: Date.now(), process: worker };
    this.lives.push(life);
    this.slots.set(slot, life);
    void this.attend(life);
    return life;
  }

  /** Waits for its end, whoever brings it about. */
  private async attend(life: Life): Promise<void> {
    const { code, signal, at } = await life.process.exited;
    life.endedAt = at;
    if (life.expected === null) {
      this.disturbances.push({ kind: 'kill', origin: life.origin, from: at, to: at });
      this.violations.push(`worker ${life.origin} ended by itself (${code ?? signal}): ${life.output}`);
    }
    this.bury(life);
  }

  async ready(life: Life): Promise<void> {
    const isReady = await within(
      READY_WITHIN_MS,
      () => this.ledger.read(life.journal).isReady || life.process.hasExited(),
      20,
    );
    if (!isReady)
      this.violations.push(`worker ${life.origin} did not start within ${READY_WITHIN_MS} ms: ${life.output}`);
  }

  async kill(life: Life): Promise<void> {
    life.expected = 'kill';
    const from = life.process.signal('SIGKILL');
    const { at } = await life.process.exited;
    this.disturbances.push({ kind: 'kill', origin: life.origin, from, to: at });
  }

  /** Ends it as an orchestrator does; it has to go in time, with code 0. */
  async terminate(life: Life): Promise<void> {
    if (life.process.hasExited()) return;
    const limitMs = this.settings.forWorkers.timeoutMs + GRACE_MS;
    life.expected = 'terminate';
    const from = life.process.signal('SIGTERM');
    const ended = await within(limitMs, () => life.process.hasExited());
    if (!ended) {
      this.violations.push(`worker ${life.origin} did not end within ${limitMs} ms of SIGTERM: ${life.output}`);
      await this.kill(life);
      return;
    }
    const { code, signal, at } = await life.process.exited;
    this.disturbances.push({ kind: 'terminate', origin: life.origin, from, to: at });
    if (code !== 0) this.violations.push(`worker ${life.origin} ended SIGTERM with ${code ?? signal}: ${life.output}`);
  }

  private bury(life: Life): void {
    this.ledger.read(life.journal);
    for (const [of, number] of life.taken) this.assigned.delete(`${of}/${number}`);
    if (this.slots.get(life.slot) === life) this.slots.delete(life.slot);
  }
}
