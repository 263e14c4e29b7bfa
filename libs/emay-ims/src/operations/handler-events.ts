import type { ImsDatabase, SqlRow } from '../database/ims-database.js';
import { ANY_HANDLER } from '../events/durable-event-store.js';
import type { OpenAccount } from './account-access.js';
import type { HandlerEvent, HandlerFigures } from './api/handler-figures.js';
import type { SearchPage } from './api/message-search.js';
import { pageNewestFirst } from './newest-first.js';

const COUNTED_TO = 10_001;
const COLUMNS = 'id, handler, type, payload, state, attempts, due_at, created_at, error';

/** The backlog of each durable handler, one look into the index for each. */
export async function readHandlers({ account, internals, name }: OpenAccount): Promise<HandlerFigures[]> {
  const { database } = internals;
  const count = async (handler: string, state: HandlerEvent['state']) => {
    const [row] = await database.rows(
      `SELECT COUNT(*) AS events FROM (SELECT 1 AS one FROM emay_ims_event
         WHERE account = ? AND handler = ? AND state = ? LIMIT ${COUNTED_TO}) AS counted`,
      [name, handler, state],
    );
    return Number(row?.events);
  };
  const figuresOf = async (handler: string): Promise<HandlerFigures> => {
    const [oldest] = await database.rows(
      `SELECT created_at FROM emay_ims_event WHERE account = ? AND handler = ? AND state = 'PENDING' ORDER BY due_at LIMIT 1`,
      [name, handler],
    );
    return {
      handler,
      pending: await count(handler, 'PENDING'),
      failed: await count(handler, 'FAILED'),
      countedTo: COUNTED_TO,
      oldestAt: oldest ? new Date(Number(oldest.created_at)) : null,
    };
  };
  // Those of other processes, or of releases before, are known by their events alone.
  const handlers = new Set([...account.deliveries.handlers, ...(await handlersWithEvents(database, name))]);
  const figures: HandlerFigures[] = [];
  for (const handler of [...handlers].toSorted()) figures.push(await figuresOf(handler));
  return figures;
}

async function handlersWithEvents(database: ImsDatabase, account: string): Promise<string[]> {
  const handlers: string[] = [];
  for (let last = ''; ;) {
    const [next] = await database.rows(
      'SELECT MIN(handler) AS handler FROM emay_ims_event WHERE account = ? AND handler > ?',
      [account, last],
    );
    if (next?.handler === null || next?.handler === undefined) return handlers;
    last = String(next.handler);
    if (last !== ANY_HANDLER) handlers.push(last);
  }
}

/** Newest first. */
export function readEvents(
  { internals, name }: OpenAccount,
  { handler, state, after }: { handler?: string; state?: HandlerEvent['state']; after?: string },
): Promise<SearchPage<HandlerEvent>> {
  const from = { table: 'emay_ims_event', columns: COLUMNS, account: name };
  return pageNewestFirst(internals.database, from, { handler, state }, after, toEvent);
}

function toEvent(row: SqlRow): HandlerEvent {
  const { customImsId } = JSON.parse(String(row.payload)) as { customImsId?: unknown };
  const isPending = row.state === 'PENDING';
  return {
    id: String(row.id),
    handler: String(row.handler),
    event: String(row.type),
    customImsId: typeof customImsId === 'string' ? customImsId : '',
    state: isPending ? 'PENDING' : 'FAILED',
    attempts: Number(row.attempts),
    nextAt: isPending ? new Date(Number(row.due_at)) : null,
    at: new Date(Number(row.created_at)),
    error: row.error === null ? null : String(row.error),
  };
}
