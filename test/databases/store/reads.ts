import type { ImsDatabase, SqlRow, SqlSession } from '../../../libs/emay-ims/src/database/ims-database.js';
import { type DatabaseKind, databasesUnderTest, dialectOf } from '../../support/databases.js';

export interface Statement {
  sql: string;
  parameters: readonly unknown[];
  /** How many messages it is about. */
  about: number;
}

/** How a statement gets at `emay_ims_message`. */
export interface Reads {
  /** Steps of its plan that read a whole table, or a whole account. */
  scans: string[];
  /** Rows and index entries it read, as counted by the database; `null` where it does not count. */
  rows: number | null;
}

/** Finds out what a statement reads; what it changes is rolled back. */
export function describeReads(database: ImsDatabase, kind: DatabaseKind, statement: Statement): Promise<Reads> {
  return READS[dialectOf(kind)](database, statement);
}

class RolledBack extends Error {}

async function rolledBack<T>(database: ImsDatabase, work: (session: SqlSession) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  await database
    .transaction(async (session) => {
      result = { value: await work(session) };
      throw new RolledBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
  return (result as { value: T }).value;
}

const READS: Record<ReturnType<typeof dialectOf>, (database: ImsDatabase, statement: Statement) => Promise<Reads>> = {
  async sqlite(database, { sql, parameters }) {
    const plan = (await database.rows(`EXPLAIN QUERY PLAN ${sql}`, parameters)).map(({ detail }) => String(detail));
    return { scans: plan.filter((step) => /\b(m|emay_ims_message)\b/.test(step) && !NARROW.test(step)), rows: null };
  },

  async postgres(database, { sql, parameters }) {
    const [row] = await rolledBack(database, (session) =>
      session.rows(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`, parameters),
    );
    const [{ Plan: root }] = (row as SqlRow)['QUERY PLAN'] as unknown as [{ Plan: PlanNode }];
    const nodes = [...allNodes(root)].filter((node) => SCANS.has(node['Node Type']));
    const ours = nodes.filter((node) => `${node['Relation Name']} ${node['Index Name']}`.includes('emay_ims_message'));
    return {
      scans: ours
        .filter((node) => node['Node Type'] === 'Seq Scan' || isWide(node))
        .map((node) => `${node['Node Type']} ${node['Index Cond'] ?? ''}`),
      rows: ours
        .map((node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'])
        .reduce((sum, count) => sum + count, 0),
    };
  },

  async mysql(database, { sql, parameters }) {
    return rolledBack(database, async (session) => {
      const plan = await session.rows(`EXPLAIN ${sql}`, parameters);
      const scans = plan.filter(
        ({ table, key, type, Extra }) =>
          /^(m|emay_ims_message)$/.test(String(table)) &&
          (key === null || type === 'ALL' || type === 'index' || /filesort/.test(String(Extra))),
      );
      const before = await handlerReads(session);
      await session.rows(sql, parameters);
      return { scans: scans.map((step) => JSON.stringify(step)), rows: (await handlerReads(session)) - before };
    });
  },
};

const NARROW = /SEARCH .*(\(account=\? AND \(?(custom_ims_id|mobile|outcome|created_at)|\(rowid=\?\))/;

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Index Cond'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

const SCANS = new Set(['Seq Scan', 'Index Scan', 'Index Only Scan', 'Bitmap Index Scan', 'Bitmap Heap Scan']);

function isWide(node: PlanNode): boolean {
  return (
    node['Node Type'] !== 'Bitmap Heap Scan' &&
    !/custom_ims_id|mobile|outcome|created_at/.test(node['Index Cond'] ?? '')
  );
}

function* allNodes(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* allNodes(child);
}

async function handlerReads(session: SqlSession): Promise<number> {
  const rows: SqlRow[] = await session.rows("SHOW SESSION STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, row) => sum + Number(row.Value ?? row.VARIABLE_VALUE), 0);
}

/** The statement a query object runs, caught on its way. */
export async function statementOf(
  run: (database: ImsDatabase) => Promise<unknown>,
  { dialect }: ImsDatabase,
  about: number,
): Promise<Statement> {
  let caught: Statement | undefined;
  const rows = async (sql: string, parameters: readonly unknown[] = []) => {
    caught = { sql, parameters, about };
    return [];
  };
  const session = { rows, run: async (...statement: Parameters<typeof rows>) => (await rows(...statement)).length };
  const transaction = (work: (within: typeof session) => Promise<unknown>) => work(session);
  await run({ dialect, ...session, transaction } as unknown as ImsDatabase);
  return caught as Statement;
}

/** A statement that was asked, with its parameters. */
export type Asked = [sql: string, parameters: readonly unknown[]];

/** The same database, noting down what it is asked; transactions are rolled back. */
export function watch(database: ImsDatabase, statements: Asked[]): ImsDatabase {
  const noting = ({ rows, run }: SqlSession): SqlSession => ({
    rows: (sql, parameters = [], ...rest) => (statements.push([sql, parameters]), rows(sql, parameters, ...rest)),
    run,
  });
  const bound = { rows: database.rows.bind(database), run: database.run.bind(database) };
  return Object.create(database, {
    rows: { value: noting(bound).rows },
    transaction: {
      value: (work: (session: SqlSession) => Promise<unknown>) =>
        rolledBack(database, (session) =>
          work(noting({ rows: session.rows.bind(session), run: session.run.bind(session) })),
        ),
    },
  }) as ImsDatabase;
}

/**
 * What any statement reads: rows as MariaDB counts them, pages as PostgreSQL does, and the steps of SQLite's plan. What it changes is rolled
 * back.
 */
export async function readsOf(
  database: ImsDatabase,
  kind: DatabaseKind,
  [sql, parameters]: Asked,
): Promise<{ rows?: number; pages?: number; plan?: string[] }> {
  if (kind === 'sqlite') {
    const plan = await database.rows(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    return { plan: plan.map(({ detail }) => String(detail)) };
  }
  return rolledBack(database, async (session) => {
    if (dialectOf(kind) === 'mysql') {
      const before = await handlerReads(session);
      await session.rows(sql, parameters);
      return { rows: (await handlerReads(session)) - before };
    }
    const [row] = await session.rows(`EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${sql}`, parameters);
    const [{ Plan: plan }] = (row as SqlRow)['QUERY PLAN'] as unknown as [{ Plan: Record<string, number> }];
    return { pages: plan['Shared Hit Blocks']! + plan['Shared Read Blocks']! };
  });
}

/** Sums up what was read by what was asked of a table. */
export async function readOf(
  database: ImsDatabase,
  kind: DatabaseKind,
  asked: readonly Asked[],
  table: string,
): Promise<{ rows: number; pages: number; plan: string[] }> {
  const read = { rows: 0, pages: 0, plan: [] as string[] };
  for (const one of asked.filter(([sql]) => sql.includes(table))) {
    const { rows = 0, pages = 0, plan = [] } = await readsOf(database, kind, one);
    read.rows += rows;
    read.pages += pages;
    read.plan.push(...plan);
  }
  return read;
}

/** The databases of this run; PostgreSQL, whose plans differ most, also before it has statistics. */
export function withAndWithoutStatistics(): [kind: DatabaseKind, statistics: 'analysed' | 'without statistics'][] {
  return databasesUnderTest().flatMap<ReturnType<typeof withAndWithoutStatistics>[number]>((kind) =>
    kind === 'postgres'
      ? [
          [kind, 'analysed'],
          [kind, 'without statistics'],
        ]
      : [[kind, 'analysed']],
  );
}

/** Has the database learn what is in its tables. */
export async function analyse(database: ImsDatabase, kind: DatabaseKind, tables: readonly string[]): Promise<void> {
  for (const table of tables) await database.rows(`ANALYZE ${dialectOf(kind) === 'mysql' ? 'TABLE ' : ''}${table}`);
}
