import type { QueryRunner } from 'typeorm';

type Query = (...parameters: unknown[]) => Promise<unknown>;

/** Shared by all accounts, as they may join the same transaction. */
const TURNS = new WeakMap<QueryRunner, JoinedTurns>();

/**
 * Turns on a connection of your app: savepoints are a stack, so statements written above ours share their fate.
 *
 * - Our calls take turns.
 * - Your app's statements wait for them. Otherwise an INSERT would be undone if our call fails, and after a COMMIT or ROLLBACK that does not
 *   wait (of a call not awaited) the rest of our work would commit by itself.
 * - Ours do not wait for your app's statements: a TypeORM subscriber may call `enqueue` inside one.
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

  /** TypeORM's statements go through `query`; ours do not. */
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
