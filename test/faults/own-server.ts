import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { ServerKind } from './database-kind.js';
import { type RunningProcess, startProcess } from './processes.js';
import { within } from './waiting.js';

/** Whom the server runs as. */
interface Identity {
  uid: number;
  gid: number;
}

const SEARCH = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', ...versionsOfPostgres()];

/** What makes a data folder, and what serves it. */
const PROGRAMS: Record<ServerKind, { install: string; args: (data: string) => string[]; serve: string }> = {
  postgres: {
    install: 'initdb',
    args: (data) => ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'],
    serve: 'postgres',
  },
  mariadb: {
    install: 'mariadb-install-db',
    args: (data) => [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    serve: 'mariadbd',
  },
  mysql: {
    install: 'mysqld',
    args: (data) => ['--no-defaults', `--datadir=${data}`, '--initialize-insecure'],
    serve: 'mysqld',
  },
};

/**
 * A database server of this run's own: its port, its data folder, its processes. It can be killed without harm to
 * anybody else.
 */
export class OwnServer {
  private process: RunningProcess | null = null;

  private constructor(
    private readonly kind: ServerKind,
    private readonly port: number,
    private readonly folder: string,
    private readonly serve: string,
    private readonly identity: Identity | undefined,
  ) {}

  /** @throws where the server's programs are not installed */
  static async create(kind: ServerKind, folder: string): Promise<OwnServer> {
    const install = findProgram(PROGRAMS[kind].install);
    const serve = findProgram(PROGRAMS[kind].serve);
    // Neither server runs as root: use the account its package made.
    const identity = process.getuid?.() === 0 ? idsOf(kind === 'postgres' ? 'postgres' : 'mysql') : undefined;
    const server = new OwnServer(kind, await freePort(), folder, serve, identity);
    mkdirSync(server.data, { mode: 0o700 });
    if (identity) chownSync(server.data, identity.uid, identity.gid);
    const { status, stderr, error } = spawnSync(install, PROGRAMS[kind].args(server.data), {
      ...identity,
      cwd: '/',
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`${install} failed: ${error?.message ?? stderr}`);
    await server.start();
    return server;
  }

  private get data(): string {
    return join(this.folder, 'database');
  }

  get url(): string {
    return this.kind === 'postgres'
      ? `postgres://postgres@127.0.0.1:${this.port}/postgres`
      : `mysql://root@127.0.0.1:${this.port}/mysql`;
  }

  /** Starts it, after a crash too, and resolves when it takes connections. */
  async start(): Promise<number> {
    const output = join(this.folder, 'database.out');
    const args =
      this.kind === 'postgres'
        ? ['-D', this.data, '-p', String(this.port), '-k', this.data, '-c', 'listen_addresses=127.0.0.1']
        : [
            '--no-defaults',
            `--datadir=${this.data}`,
            `--port=${this.port}`,
            '--bind-address=127.0.0.1',
            `--socket=${join(this.data, 'server.sock')}`,
            `--pid-file=${join(this.data, 'server.pid')}`,
            '--innodb-buffer-pool-size=64M',
          ];
    const isUp = async () => {
      // It refuses to start for as long as a process of its former life is there.
      if (!this.process || this.process.hasExited()) {
        this.process = startProcess({ command: this.serve, args, output, ...this.identity });
      }
      try {
        await (await new DataSource({ type: this.kind, url: this.url }).initialize()).destroy();
        return true;
      } catch {
        return false;
      }
    };
    if (!(await within(60_000, isUp, 200))) throw new Error(`The database server did not start: see ${output}`);
    return Date.now();
  }

  /** As the machine's out-of-memory killer does it: the server's main process alone, or with those that serve clients. */
  async kill(children: boolean): Promise<number> {
    if (!this.process) throw new Error('The database server has not been started.');
    const pids = children ? childrenOf(this.process.pid) : [];
    const at = this.process.signal('SIGKILL');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await this.process.exited;
    return at;
  }

  async stop(): Promise<void> {
    const server = this.process;
    if (!server || server.hasExited()) return;
    server.signal(this.kind === 'postgres' ? 'SIGINT' : 'SIGTERM');
    if (!(await within(15_000, () => server.hasExited()))) await this.kill(true);
  }
}

function findProgram(name: string): string {
  const found = SEARCH.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found) return found;
  throw new Error(`--mode kill-database needs ${name}, which is not installed here: install the database server.`);
}

function versionsOfPostgres() {
  const root = '/usr/lib/postgresql';
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
}

function idsOf(user: string): Identity {
  const line = new RegExp(`^${user}:[^:]*:(\\d+):(\\d+):`, 'm').exec(readFileSync('/etc/passwd', 'utf8'));
  if (!line) throw new Error(`--mode kill-database as root needs the account "${user}" to run the server as.`);
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

function childrenOf(pid: number | undefined): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** A port that nobody listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
