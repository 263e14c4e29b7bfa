import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';

/** Debian puts it where only root looks. */
const PATH = `${process.env.PATH}:/usr/sbin`;

export function hasPgBouncer(): boolean {
  return spawnSync('pgbouncer', ['--version'], { env: { PATH } }).status === 0;
}

/** A PgBouncer before the server of a URL, in transaction mode, with fewer connections to it than its clients have. */
export class PgBouncer {
  private child: ReturnType<typeof spawn> | null = null;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly server: URL,
  ) {}

  static async start(serverUrl: string, serverConnections: number): Promise<PgBouncer> {
    const server = new URL(serverUrl);
    const folder = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
    await chmod(folder, 0o755); // It gives up root for `nobody`.
    const bouncer = new PgBouncer(folder, await freePort(), server);
    const login = `user=${decodeURIComponent(server.username)} password=${decodeURIComponent(server.password) || 'none'}`;
    await writeFile(
      bouncer.settings,
      `[databases]
* = host=${server.hostname} port=${server.port || 5432} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${bouncer.port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${serverConnections}
`,
      { mode: 0o644 },
    );
    await bouncer.resume();
    return bouncer;
  }

  /** The same database, through it. */
  get url(): string {
    const url = new URL(this.server);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Ends it at once, and every connection with it. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child) return;
    this.child = null;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Starts it, again at the same port. */
  async resume(): Promise<void> {
    const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    this.child = spawn('pgbouncer', ['--quiet', ...asNobody, this.settings], { env: { PATH }, stdio: 'ignore' });
    await eventually(
      () => answers(this.port),
      (isUp) => isUp,
    );
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private get settings(): string {
    return join(this.folder, 'pgbouncer.ini');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
