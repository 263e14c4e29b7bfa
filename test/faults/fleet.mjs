import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProcess } from './processes.mjs';
import { Ledger } from './ledger.mjs';
import { within } from './waiting.mjs';

/** Beside the others that a worker consists of; a packed package is tried from a folder of its own. */
const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));
const REPEATS_PER_LIFE = 40;
/** On a busy machine a start is slow, not stuck. */
const READY_WITHIN_MS = 90_000;

/** The workers of a run, each a process: a place (slot) is taken by one life after the other. */
export class Fleet {
  /** Every life there was. */
  lives = [];
  /** slot → the life that has it now. */
  slots = new Map();
  /** When what was done to whom: `kill`, `stop`, `terminate`, or to nobody in particular: what `rounds` call it. */
  disturbances = [];
  violations = [];
  assigned = new Set();

  constructor({ worker = WORKER, ...settings }) {
    this.worker = worker;
    this.settings = settings;
    this.ledger = new Ledger(settings.forWorkers.stream);
  }

  get alive() {
    return [...this.slots.values()];
  }

  /**
   * Starts a life in the slot; it first repeats what former lives left without an answer.
   *
   * @param {{ callers?: number, repeats?: number, database?: object }} [other] `database`: its own way to the database,
   *   and its own habits there
   */
  start(slot, { callers = this.settings.callers, repeats = REPEATS_PER_LIFE, ...other } = {}) {
    const origin = `L${this.lives.length}`;
    const [journal, output] = [`${origin}.jsonl`, `${origin}.out`].map((name) => join(this.settings.folder, name));
    const open = this.ledger.unanswered().filter(({ origin: of, number }) => !this.assigned.has(`${of}/${number}`));
    const taken = open.slice(0, repeats).map((call) => [call.origin, call.number]);
    for (const [of, number] of taken) this.assigned.add(`${of}/${number}`);
    const { forWorkers, databaseOf } = this.settings;
    const forWorker = {
      ...forWorkers,
      database: databaseOf(origin),
      ...other,
      origin,
      journal,
      callers,
      repeats: taken,
    };
    const env = { FAULTS_WORKER: JSON.stringify(forWorker) };
    const life = { origin, slot, journal, output, taken, expected: null, startedAt: Date.now() };
    life.process = startProcess({ args: [this.worker], output, env, cwd: this.settings.folder });
    this.lives.push(life);
    this.slots.set(slot, life);
    void this.attend(life);
    return life;
  }

  /** Waits for its end, whoever brings it about. */
  async attend(life) {
    const { code, signal, at } = await life.process.exited;
    life.endedAt = at;
    if (life.expected === null) {
      this.disturbances.push({ kind: 'kill', origin: life.origin, from: at, to: at });
      this.violations.push(`worker ${life.origin} ended by itself (${code ?? signal}): ${life.output}`);
    }
    this.bury(life);
  }

  async ready(life) {
    const isReady = await within(
      READY_WITHIN_MS,
      () => this.ledger.read(life.journal).isReady || life.process.hasExited(),
      20,
    );
    if (!isReady)
      this.violations.push(`worker ${life.origin} did not start within ${READY_WITHIN_MS} ms: ${life.output}`);
  }

  async kill(life) {
    life.expected = 'kill';
    const from = life.process.signal('SIGKILL');
    const { at } = await life.process.exited;
    this.disturbances.push({ kind: 'kill', origin: life.origin, from, to: at });
  }

  /** Ends it as an orchestrator does; it has to go in time, with code 0. */
  async terminate(life) {
    if (life.process.hasExited()) return;
    const limitMs = this.settings.forWorkers.timeoutMs + 5_000;
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

  bury(life) {
    this.ledger.read(life.journal);
    for (const [of, number] of life.taken) this.assigned.delete(`${of}/${number}`);
    if (this.slots.get(life.slot) === life) this.slots.delete(life.slot);
  }
}
