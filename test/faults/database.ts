import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { BreakingProxy } from './breaking-proxy.js';
import { dialectOf, type Dialect, type Kind, type ServerKind } from './database-kind.js';
import { within } from './waiting.js';

/** Where the workers' database is: a file, or a database on a server. */
type Place = { path: string } | { typeOrm: ServerOptions };
type ServerOptions = { type: ServerKind; url: string };

/** Settings of the host's DataSource, and what it does to connections, see `host-habits.ts`. */
export type HostHabits = HabitsThere & { maxQueryExecutionTime?: number; enableQueryTimeout?: boolean; extra?: object };
interface HabitsThere {
  readonly leavesOpen?: { everyMs: number };
  /** Said on each new connection. */
  readonly sessionStatements?: readonly string[];
  /** How long the host waits for its own transactions. */
  readonly patienceMs?: number;
}

/** A worker's way to the database. */
export type WorkersDatabase = HabitsThere &
  (
    | { path: string; typeOrm?: undefined; module?: undefined }
    | { path?: undefined; typeOrm: ServerOptions & { extra?: object }; module: object }
  );

/** Runs SQL and resolves to its rows. */
type Run = <Row>(sql: string) => Promise<Row[]>;

const SHARED_SERVERS = {
  postgres: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
  mysql: process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3308/mysql',
};
const DEFAULT_PORTS = { postgres: 5432, mysql: 3306 };
const OTHERS_CONNECTED = {
  postgres: `SELECT COUNT(*) AS others FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  mysql: `SELECT COUNT(*) AS others FROM information_schema.processlist
    WHERE db = DATABASE() AND id <> CONNECTION_ID()`,
};

/** The workers' database, seen from outside. Each look opens a connection of its own: the server may die in between. */
export class FaultsDatabase {
  constructor(
    readonly place: Place,
    readonly drop: () => Promise<void>,
  ) {}

  get kind(): Kind {
    return 'typeOrm' in this.place ? this.place.typeOrm.type : 'sqlite';
  }

  get dialect(): Dialect {
    return dialectOf(this.kind);
  }

  /** @throws where it is a file */
  get serverDialect(): Exclude<Dialect, 'sqlite'> {
    const { dialect } = this;
    if (dialect === 'sqlite') throw new Error('An SQLite file has no server.');
    return dialect;
  }

  get onServer(): boolean {
    return this.kind !== 'sqlite';
  }

  get address(): string {
    return 'typeOrm' in this.place ? this.place.typeOrm.url : this.place.path;
  }

  /** Where its server listens. */
  get server(): { host: string; port: number } {
    const { hostname, port } = new URL(this.address);
    return { host: hostname, port: Number(port) || DEFAULT_PORTS[this.serverDialect] };
  }

  /**
   * As the workers get it.
   *
   * @param module further options for `database` of the module
   */
  forWorkers(through: BreakingProxy | null, module: object, habits: HostHabits = {}): WorkersDatabase {
    if (!('typeOrm' in this.place)) return this.place;
    const { leavesOpen, sessionStatements, patienceMs, ...typeOrm } = habits;
    const url = new URL(this.address);
    if (through) Object.assign(url, { hostname: '127.0.0.1', port: String(through.port) });
    return {
      typeOrm: { ...this.place.typeOrm, ...typeOrm, url: url.href },
      module,
      ...(leavesOpen && { leavesOpen }),
      ...(sessionStatements && { sessionStatements }),
      ...(patienceMs !== undefined && { patienceMs }),
    };
  }

  /** Runs the work with a function that runs SQL, and the DataSource that it runs it in. */
  async use<T>(work: (run: Run, source: DataSource) => Promise<T>): Promise<T> {
    const source = new DataSource('typeOrm' in this.place ? this.place.typeOrm : await sqliteFile(this.place.path));
    await source.initialize();
    try {
      return await work((sql) => source.query(sql), source);
    } finally {
      await source.destroy();
    }
  }

  query<Row>(sql: string): Promise<Row[]> {
    return this.use((run) => run<Row>(sql));
  }

  /** A table of the host's own, for transactions that an `enqueue` joins. */
  async createOrders(): Promise<void> {
    if (this.onServer) await this.query('CREATE TABLE faults_order (id varchar(64) NOT NULL PRIMARY KEY)');
  }

  /** Waits until no server process works for a worker any more: a statement goes on when its client has been killed. */
  async quiet(): Promise<void> {
    if (!this.onServer) return;
    const question = OTHERS_CONNECTED[this.serverDialect];
    const isQuiet = async () => Number((await this.query<{ others: number }>(question))[0]?.others) === 0;
    if (!(await within(15_000, isQuiet, 50))) throw new Error('Killed workers are still connected to the database.');
  }

  /**
   * Lets so much time pass, as far as the database knows, that whatever dead processes held is over: their leases, the
   * requests and the pulls they had under way.
   */
  async timePasses(): Promise<void> {
    await this.quiet();
    await this.use(async (run) => {
      await run('UPDATE emay_ims_lease SET expires_at = 0');
      await run("UPDATE emay_ims_message SET due_at = submitted_at WHERE state = 'SUBMITTING'");
      await run('UPDATE emay_ims_attempt SET due_at = 0');
      await run("UPDATE emay_ims_report_batch SET expires_at = requested_at WHERE state = 'PULLING'");
    });
  }

  /** A holder that stands still loses its leases. */
  endLeases(): Promise<unknown[]> {
    return this.query('UPDATE emay_ims_lease SET expires_at = 0');
  }
}

async function sqliteFile(path: string): Promise<DataSourceOptions> {
  return { type: 'better-sqlite3', database: path, driver: (await import('libsql')).default, timeout: 5_000 };
}

/** A database of this run's own, on the server that the other tests use, or an SQLite file. */
export async function createFaultsDatabase(kind: Kind, folder: string): Promise<FaultsDatabase> {
  if (kind === 'sqlite') return new FaultsDatabase({ path: join(folder, 'ims.sqlite') }, async () => undefined);
  return createOnServer(kind, SHARED_SERVERS[kind]);
}

/** A database of this run's own on the server at this address. */
export async function createOnServer(kind: ServerKind, adminUrl: string): Promise<FaultsDatabase> {
  const name = `emay_ims_faults_${randomBytes(5).toString('hex')}`;
  const asAdmin = async (sql: string) => {
    const admin = await new DataSource({ type: kind, url: adminUrl }).initialize();
    try {
      await admin.query(sql);
    } finally {
      await admin.destroy();
    }
  };
  await asAdmin(`CREATE DATABASE ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const drop = () => asAdmin(`DROP DATABASE ${name}${kind === 'postgres' ? ' WITH (FORCE)' : ''}`);
  return new FaultsDatabase({ typeOrm: { type: kind, url: url.href } }, drop);
}
