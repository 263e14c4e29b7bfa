import type { ImsDatabase, SqlRow } from '../../../libs/emay-ims/src/database/ims-database.js';
import { LeaseStore } from '../../../libs/emay-ims/src/database/lease-store.js';
import { FigureCounter } from '../../../libs/emay-ims/src/figures/figure-counter.js';
import { FigureStore } from '../../../libs/emay-ims/src/figures/figure-store.js';
import { Figures } from '../../../libs/emay-ims/src/figures/figures.js';
import { figureCode } from '../../../libs/emay-ims/src/figures/figure-code.js';
import { MessageCounts } from '../../../libs/emay-ims/src/figures/message-counts.js';
import { NO_END, SPAN_MS } from '../../../libs/emay-ims/src/figures/spans.js';
import { TOOK_FROM_MS } from '../../../libs/emay-ims/src/figures/took.js';
import { MessageFinder } from '../../../libs/emay-ims/src/message-store/message-finder.js';
import { countryOf } from '../../../libs/emay-ims/src/protocol/index.js';

const UNFINISHED = new Set(['QUEUED', 'SUBMITTING', 'ACCEPTED', 'UNCONFIRMED']);
const BETWEEN = ' / ';

/** The figures of one account, and the truth about them. */
export class FigureBench {
  constructor(
    readonly database: ImsDatabase,
    readonly account: string,
  ) {}

  get figures(): Figures {
    return new Figures(new FigureStore(this.database, this.account), new MessageFinder(this.database, this.account));
  }

  /** @param holder counters of the same one hold the lease at the same time */
  counter({ database = this.database, messagesAtATime = 7, holder = 'one' } = {}): FigureCounter {
    return new FigureCounter(
      new LeaseStore(database, holder),
      new FigureStore(database, this.account),
      new MessageCounts(database, this.account, messagesAtATime),
      { restFactor: 0 },
    );
  }

  /** Counts all that the counter would find in the long run: by its marks, and by what has not finished. */
  async catchUp(messagesAtATime = 7): Promise<void> {
    await this.makeUnfinishedDue();
    await this.counter({ messagesAtATime }).count();
  }

  async makeUnfinishedDue(): Promise<void> {
    const places = new Set<string>();
    for (const { span, slot, state, messages } of await this.all('emay_ims_figure')) {
      if (UNFINISHED.has(String(state)) && Number(messages) > 0) places.add(`${span} ${slot}`);
    }
    for (const place of places) {
      const [unit, slot] = place.split(' ');
      await this.database.run(
        'UPDATE emay_ims_figure_unit SET next_at = 0 WHERE account = ? AND unit = ? AND slot = ?',
        [this.account, unit, slot],
      );
    }
  }

  makeAllDue(): Promise<number> {
    return this.database.run('UPDATE emay_ims_figure_unit SET next_at = 0 WHERE account = ?', [this.account]);
  }

  /** As if so much time had passed, a number of hours: what `History.pass` does to messages. */
  async pass(ms: number): Promise<void> {
    const { database, account } = this;
    const moved = (value: unknown) =>
      Number(value) === 0 || Number(value) === NO_END ? Number(value) : Number(value) - ms;
    const figures = await this.all('emay_ims_figure');
    await database.run('DELETE FROM emay_ims_figure WHERE account = ?', [account]);
    const days = new Map<string, SqlRow>();
    const kept = figures.filter(({ span }) => span !== 'day');
    for (const row of kept) {
      if (row.span !== 'all') row.slot = moved(row.slot);
      if (row.span !== 'hour') continue;
      const slot = Number(row.slot) - (Number(row.slot) % SPAN_MS.day);
      const key = [slot, row.country, row.state, row.code, row.took].join();
      const day = days.get(key) ?? { ...row, span: 'day', slot, messages: 0, purged: 0 };
      days.set(key, {
        ...day,
        messages: Number(day.messages) + Number(row.messages),
        purged: Number(day.purged) + Number(row.purged),
      });
    }
    await this.insert('emay_ims_figure', [...kept, ...days.values()]);
    for (const [table, columns] of [
      ['emay_ims_figure_unit', ['slot', 'counted_at', 'next_at']],
      ['emay_ims_figure_mark', ['slot']],
      ['emay_ims_figure_run', ['minutes_from', 'counted_from', 'as_of']],
    ] as const) {
      const rows = await this.all(table);
      await database.run(`DELETE FROM ${table} WHERE account = ?`, [account]);
      for (const row of rows) for (const column of columns) row[column] = moved(row[column]);
      await this.insert(table, rows);
    }
  }

  /** How figures differ from messages. */
  async wrong(): Promise<string[]> {
    const minutesFrom = Number((await this.all('emay_ims_figure_run'))[0]?.minutes_from);
    const expected = new Map<string, number>();
    const add = (...key: unknown[]) => expected.set(key.join(BETWEEN), (expected.get(key.join(BETWEEN)) ?? 0) + 1);
    for (const message of await this.all('emay_ims_message')) {
      const at = Number(message.created_at);
      const traits = traitsOf(message);
      if (at >= minutesFrom) add('minute', at - (at % SPAN_MS.minute), ...traits);
      add('hour', at - (at % SPAN_MS.hour), ...traits);
      add('day', at - (at % SPAN_MS.day), ...traits);
      add('all', 0, '', message.state, '', -1);
    }
    const wrong: string[] = [];
    for (const { span, slot, country, state, code, took, messages, purged } of await this.all('emay_ims_figure')) {
      const key = [span, slot, country, state, code, took].join(BETWEEN);
      const count = expected.get(key) ?? 0;
      expected.delete(key);
      if (Number(messages) !== count) wrong.push(`${key}: ${messages} instead of ${count}`);
      if (Number(messages) < 0 || Number(purged) < 0) wrong.push(`${key}: ${messages}, purged ${purged}`);
    }
    for (const [key, count] of expected) wrong.push(`${key}: none instead of ${count}`);
    return wrong;
  }

  /** How many were purged, by the figures of each span. */
  async purged(span = 'all'): Promise<Record<string, number>> {
    const states: Record<string, number> = {};
    for (const row of await this.all('emay_ims_figure')) {
      if (row.span !== span || Number(row.purged) === 0) continue;
      states[String(row.state)] = (states[String(row.state)] ?? 0) + Number(row.purged);
    }
    return states;
  }

  all(table: string): Promise<SqlRow[]> {
    return this.database.rows(`SELECT * FROM ${table} WHERE account = ?`, [this.account]);
  }

  private async insert(table: string, rows: readonly SqlRow[]): Promise<void> {
    for (const row of rows) {
      const names = Object.keys(row);
      await this.database.run(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        Object.values(row),
      );
    }
  }
}

function traitsOf({ mobile, state, code, submitted_at: submitted, final_at: final }: SqlRow): unknown[] {
  const isTaken = state === 'DELIVERED' && submitted !== null && final !== null;
  const elapsed = Number(final) - Number(submitted);
  const took = isTaken
    ? Math.max(
        0,
        TOOK_FROM_MS.findLastIndex((from) => from <= elapsed),
      )
    : -1;
  return [countryOf(String(mobile)) ?? '', state, figureCode(code === null ? null : String(code)), took];
}
