import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { SqlRow, SqlSession, SqlStatement } from './sql-session.js';
import { resultOf, type SqliteThread, type Step, type StepEnd, type StepResult } from './sqlite-thread.js';

/**
 * Steps for the thread of an SQLite file. Those that are taken without waiting for one another travel in one message: a message each
 * way takes about as long as a small statement.
 */
export class SqliteSteps {
  /** Each statement as it is. */
  readonly session = this.sessionOf('statement');
  /** Each statement under a savepoint. */
  readonly apart = this.sessionOf('apart');
  private steps: Step[] = [];
  private sent: Promise<StepEnd[]> | null = null;
  private isOver = false;

  /** @param storesAtOnce whether a statement is a commit of its own */
  constructor(
    private readonly thread: SqliteThread,
    private readonly storesAtOnce = false,
  ) {}

  /** Several statements under one savepoint. */
  async all(statements: readonly SqlStatement[]): Promise<void> {
    await this.perform(['all', undefined, statements.map(([sql, parameters]) => [sql, parameters.map(owned)])]);
  }

  /** Takes a step, which travels with the next that is waited for. Where it fails, so does each that follows it, up to `end`. */
  take(kind: 'alone' | 'begin' | 'savepoint' | 'release' | 'undo'): void {
    this.steps.push([kind]);
  }

  /** Ends the transaction: whatever is asked for after that would end up in somebody else's. */
  async end(kind: 'commit' | 'rollback'): Promise<void> {
    const ended = this.perform([kind]);
    this.isOver = true;
    await ended;
  }

  private async perform(step: Step): Promise<StepResult> {
    if (this.isOver && step[0] !== 'rollback') throw new EmayImsStoreError('TRANSACTION_ENDED');
    const index = this.steps.push(step) - 1;
    this.sent ??= Promise.resolve().then(() => this.send());
    return resultOf((await this.sent)[index]!);
  }

  private send(): Promise<StepEnd[]> {
    const { steps } = this;
    this.steps = [];
    this.sent = null;
    return this.thread.send(steps, this.storesAtOnce || steps.some(([kind]) => kind === 'commit'));
  }

  private sessionOf(kind: 'statement' | 'apart'): SqlSession {
    return {
      rows: async (sql, parameters) => {
        const result = await this.perform([kind, sql, parameters?.map(owned)]);
        return Array.isArray(result) ? (result as SqlRow[]) : [];
      },
      run: async (sql, parameters) => {
        const result = await this.perform([kind, sql, parameters?.map(owned)]);
        return typeof result === 'number' ? result : 0;
      },
    };
  }
}

/** A copy of bytes that are part of more: all of that would travel. */
function owned(value: unknown): unknown {
  return value instanceof Uint8Array && value.byteLength < value.buffer.byteLength ? Uint8Array.from(value) : value;
}
