import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { startProcess } from './processes.mjs';
import { within } from './waiting.mjs';

const SEARCH = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', ...versionsOfPostgres()];

/**
 * A database server of this run's own: its port, its data folder, its processes. It can be killed without harm to
 * anybody else.
 */
export class OwnServer {
  process = null;

  /** @throws where the server's programs are not installed */
  static async create(kind, folder) {
    const server = new OwnServer();
    const names = kind === 'postgres' ? ['initdb', 'postgres'] : ['mariadb-install-db', 'mariadbd'];
    const [install, serve] = names.map(findProgram);
    Object.assign(server, { kind, port: await freePort(), output: join(folder, 'database.out'), serve });
    server.data = join(folder, 'database');
    // Neither server runs as root: use the account its package made.
    server.identity = process.getuid() === 0 ? idsOf(kind === 'postgres' ? 'postgres' : 'mysql') : {};
    mkdirSync(server.data, { mode: 0o700 });
    if (server.identity.uid) chownSync(server.data, server.identity.uid, server.identity.gid);
    const args =
      kind === 'postgres'
        ? ['-D', server.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C']
        : ['--no-defaults', `--datadir=${server.data}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
    const { status, stderr, error } = spawnSync(install, args, { ...server.identity, cwd: '/', encoding: 'utf8' });
    if (status !== 0) throw new Error(`${install} failed: ${error?.message ?? stderr}`);
    await server.start();
    return server;
  }

  get url() {
    return this.kind === 'postgres'
      ? `postgres://postgres@127.0.0.1:${this.port}/postgres`
      : `mysql://root@127.0.0.1:${this.port}/mysql`;
  }

  /** Starts it, after a crash too, and resolves when it takes connections. */
  async start() {
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
        this.process = startProcess({ command: this.serve, args, output: this.output, ...this.identity });
      }
      try {
        await (await new DataSource({ type: this.kind, url: this.url }).initialize()).destroy();
        return true;
      } catch {
        return false;
      }
    };
    if (!(await within(60_000, isUp, 200))) throw new Error(`The database server did not start: see ${this.output}`);
    return Date.now();
  }

  /**
   * As the machine's out-of-memory killer does it: the server's main process alone, or with those that serve clients.
   *
   * @param {boolean} children
   */
  async kill(children) {
    const pids = children ? childrenOf(this.process.pid) : [];
    const at = this.process.signal('SIGKILL');
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await this.process.exited;
    return at;
  }

  async stop() {
    if (!this.process || this.process.hasExited()) return;
    this.process.signal(this.kind === 'postgres' ? 'SIGINT' : 'SIGTERM');
    if (!(await within(15_000, () => this.process.hasExited()))) await this.kill(true);
  }
}

function findProgram(name) {
  const found = SEARCH.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found) return found;
  throw new Error(`--mode kill-database needs ${name}, which is not installed here: install the database server.`);
}

function versionsOfPostgres() {
  const root = '/usr/lib/postgresql';
  return existsSync(root) ? readdirSync(root).map((version) => join(root, version, 'bin')) : [];
}

function idsOf(user) {
  const line = new RegExp(`^${user}:[^:]*:(\\d+):(\\d+):`, 'm').exec(readFileSync('/etc/passwd', 'utf8'));
  if (!line) throw new Error(`--mode kill-database as root needs the account "${user}" to run the server as.`);
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** A port that nobody listens on now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
