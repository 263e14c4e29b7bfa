import type { QueryRunner } from 'typeorm';

type Query = (...parameters: unknown[]) => Promise<unknown>;

/** Of all accounts: they may join the same transaction. */
const TURNS = new WeakMap<QueryRunner, JoinedTurns>();

/**
 * Who is at a connection of the host: savepoints are a stack, and whatever is written above ours goes where it goes.
 *
 * - Calls of ours take turns.
 * - Statements of the host wait meanwhile. An INSERT would be undone where our call fails; after a COMMIT or ROLLBACK that does not
 *   wait, as of a call that was not awaited, the rest of ours would be committed by itself.
 * - Ours wait for no statement of the host: a subscriber of TypeORM may call `enqueue` inside of one.
 */
export class JoinedTurns {
  private inFlight = 0;
  private last: Promise<unknown> = Promise.resolve();

  static at(runner: QueryRunner): JoinedTurns {
    let turns = TURNS.get(runner);
    if (!turns) {
      turns = new JoinedTurns(runner);
      TURNS.set(runner, turns);
    }
    return turns;
  }

  /** All that TypeORM asks of the connection goes through `query`; ours does not. */
  private constructor(runner: QueryRunner) {
    const query = runner.query.bind(runner) as Query;
    const afterOurs: Query = async (...parameters) => {
      while (this.inFlight > 0) await this.last;
      return query(...parameters);
    };
    runner.query = afterOurs as QueryRunner['query'];
  }

  take<T>(work: () => Promise<T>): Promise<T> {
    this.inFlight++;
    const turn = this.last.then(work).finally(() => this.inFlight--);
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
