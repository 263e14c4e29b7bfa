import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { within } from './waiting.mjs';

const SHARED_SERVERS = {
  postgres: process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
};
const DEFAULT_PORTS = { postgres: 5432, mariadb: 3306 };
const OTHERS_CONNECTED = {
  postgres: `SELECT COUNT(*) AS others FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  mariadb: `SELECT COUNT(*) AS others FROM information_schema.processlist
    WHERE db = DATABASE() AND id <> CONNECTION_ID()`,
};

/** The workers' database, seen from outside. Each look opens a connection of its own: the server may die in between. */
export class FaultsDatabase {
  /**
   * @param {'sqlite' | 'postgres' | 'mariadb'} kind
   * @param {{ path: string } | { typeOrm: import('typeorm').DataSourceOptions }} place
   */
  constructor(kind, place, drop) {
    this.kind = kind;
    this.place = place;
    this.drop = drop;
  }

  get onServer() {
    return this.kind !== 'sqlite';
  }

  get address() {
    return this.place.path ?? this.place.typeOrm.url;
  }

  /** Where its server listens. */
  get server() {
    const { hostname, port } = new URL(this.address);
    return { host: hostname, port: Number(port) || DEFAULT_PORTS[this.kind] };
  }

  /**
   * As the workers get it.
   *
   * @param {{ through: { port: number } | null, module: object, habits?: object }} way `module`: further options for
   *   `database` of the module; `habits`: settings of the host's DataSource, and what it does to connections, see
   *   `host-habits.mjs`
   */
  forWorkers({ through, module, habits: { leavesOpen, sessionStatements, patienceMs, ...typeOrm } = {} }) {
    if (!this.onServer) return this.place;
    const url = new URL(this.address);
    if (through) Object.assign(url, { hostname: '127.0.0.1', port: String(through.port) });
    return {
      typeOrm: { ...this.place.typeOrm, ...typeOrm, url: url.href },
      module,
      leavesOpen,
      sessionStatements,
      patienceMs,
    };
  }

  /** Runs the work with a function that runs SQL, and the DataSource that it runs it in. */
  async use(work) {
    const { typeOrm, path } = this.place;
    const source = new DataSource(
      typeOrm ?? { type: 'better-sqlite3', database: path, driver: (await import('libsql')).default, timeout: 5_000 },
    );
    await source.initialize();
    try {
      return await work((sql, parameters) => source.query(sql, parameters), source);
    } finally {
      await source.destroy();
    }
  }

  query(sql) {
    return this.use((run) => run(sql));
  }

  /** A table of the host's own, for transactions that an `enqueue` joins. */
  async createOrders() {
    if (this.onServer) await this.query('CREATE TABLE faults_order (id varchar(64) NOT NULL PRIMARY KEY)');
  }

  /** Waits until no server process works for a worker any more: a statement goes on when its client has been killed. */
  async quiet() {
    if (!this.onServer) return;
    const isQuiet = async () => Number((await this.query(OTHERS_CONNECTED[this.kind]))[0].others) === 0;
    if (!(await within(15_000, isQuiet, 50))) throw new Error('Killed workers are still connected to the database.');
  }

  /**
   * Lets so much time pass, as far as the database knows, that whatever dead processes held is over: their leases, the
   * requests and the pulls they had under way.
   */
  async timePasses() {
    await this.quiet();
    await this.use(async (run) => {
      await run('UPDATE emay_ims_lease SET expires_at = 0');
      await run("UPDATE emay_ims_message SET due_at = submitted_at WHERE state = 'SUBMITTING'");
      await run("UPDATE emay_ims_report_batch SET expires_at = requested_at WHERE state = 'PULLING'");
    });
  }

  /** A holder that stands still loses its leases. */
  endLeases() {
    return this.query('UPDATE emay_ims_lease SET expires_at = 0');
  }
}

/** A database of this run's own, on the server that the other tests use, or an SQLite file. */
export async function createFaultsDatabase(kind, folder) {
  if (kind === 'sqlite') return new FaultsDatabase(kind, { path: join(folder, 'ims.sqlite') }, async () => undefined);
  return createOnServer(kind, SHARED_SERVERS[kind]);
}

/** A database of this run's own on the server at this address. */
export async function createOnServer(kind, adminUrl) {
  const name = `emay_ims_faults_${randomBytes(5).toString('hex')}`;
  const asAdmin = async (sql) => {
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
  return new FaultsDatabase(kind, { typeOrm: { type: kind, url: url.href } }, drop);
}
