import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serversUnderTest } from '../support/databases.js';
import { runProcess, type RunningProcess } from '../support/processes.js';

const APPLICATION = join(process.cwd(), 'dist/main.js');

/** The compiled service as an operator starts it, where it cannot serve. */
describe('a service that cannot serve', () => {
  let folder: string;
  const running: RunningProcess[] = [];
  const servers: Server[] = [];

  const start = (variables: NodeJS.ProcessEnv): RunningProcess => {
    const started = runProcess(
      APPLICATION,
      [],
      {
        PORT: '0',
        EMAY_IMS_DATABASE_URL: `sqlite:${join(folder, 'ims.sqlite')}`,
        EMAY_IMS_SPOOL_PATH: join(folder, 'spool'),
        EMAY_IMS_START_TIMEOUT_MS: '500',
        ...variables,
      },
      folder,
    );
    running.push(started);
    return started;
  };

  /** The last line it has said, once it has ended with 1. */
  const lastWords = async (variables: NodeJS.ProcessEnv): Promise<string> => {
    const service = start(variables);
    expect(await service.ended()).toBe(1);
    const lines = service.output().trim().split('\n');
    expect(lines.filter((line) => /^\s+at /.test(line))).toEqual([]);
    return lines.at(-1) ?? '';
  };

  const listening = async (): Promise<number> => {
    const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.end('SIGKILL')));
    for (const server of servers.splice(0)) server.close();
    await rm(folder, { recursive: true });
  });

  it('ends where another process has the port, and leaves nothing behind that works', async () => {
    const port = await listening();
    const said = await lastWords({ PORT: String(port) });
    expect(said).toContain(`PORT ${port} (EADDRINUSE). Another process has this port: end that one, or set PORT`);
  });

  it('is refused as a second sandbox in a folder, unless the first is gone, however it went', async () => {
    const first = start({});
    await first.saying('Listening on ');
    expect(await lastWords({})).toContain('Another sandbox works in');
    await first.end('SIGKILL');
    const next = start({});
    const url = await next.saying('Listening on ');
    const answer = await fetch(`${url}/api/nothing`);
    expect([answer.status, answer.headers.get('emay-ims-sandbox')]).toEqual([404, 'true']);
    expect(await next.end('SIGTERM')).toBe(0);
  });

  it('ends where HOST cannot be resolved, or is no address of this machine', async () => {
    const API_KEY_HASHES = 'a'.repeat(64);
    const EMAY_IMS_SANDBOX = 'true';
    expect(await lastWords({ HOST: 'no-such-host.invalid', API_KEY_HASHES, EMAY_IMS_SANDBOX })).toContain(
      'HOST cannot be resolved',
    );
    expect(await lastWords({ HOST: '192.0.2.1', API_KEY_HASHES, EMAY_IMS_SANDBOX })).toContain(
      'This machine has no such address',
    );
  });

  it('ends where files or folders cannot be written', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, 'no folder, and no database');
    expect(await lastWords({ EMAY_IMS_SPOOL_PATH: join(file, 'spool') })).toContain('EMAY_IMS_SPOOL_PATH');
    expect(await lastWords({ EMAY_IMS_DATABASE_URL: `sqlite:${join(file, 'ims.sqlite')}` })).toContain(
      'The folder of EMAY_IMS_DATABASE_URL',
    );
    await writeFile(join(folder, 'sandbox-a-file'), 'no database'); // What a sandbox makes of its name.
    expect(await lastWords({ EMAY_IMS_DATABASE_URL: `sqlite:${file}` })).toContain('cannot be opened');
  });

  it('tries a database server that does not listen until its time is over, and ends', async () => {
    const service = start({ EMAY_IMS_DATABASE_URL: 'postgres://somebody:TOP-SECRET@127.0.0.1:1/ims' });
    expect(await service.ended()).toBe(1);
    expect(service.output()).toMatch(/cannot be used \(ECONNREFUSED\)\. Nothing listens there: .*\n$/);
    expect(service.output()).not.toContain('TOP-SECRET');
  });

  it('does not wait for ever on one that takes the connection and says nothing', async () => {
    const EMAY_IMS_DATABASE_URL = `postgres://somebody@127.0.0.1:${await listening()}/ims`;
    expect(await lastWords({ EMAY_IMS_DATABASE_URL })).toContain('Nothing answers there');
  });

  for (const kind of serversUnderTest())
    describe(`on ${kind}`, () => {
      const server = new URL(
        kind === 'postgres'
          ? (process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres')
          : (process.env.TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test'),
      );

      it('ends at once where there is no such database', async () => {
        server.pathname = '/no_such_database_of_ours';
        const said = await lastWords({ EMAY_IMS_DATABASE_URL: server.href, EMAY_IMS_START_TIMEOUT_MS: '3600000' });
        expect(said).toContain('Create the database, or correct its name in EMAY_IMS_DATABASE_URL.');
      });

      it('ends at once where the user is not let in', async () => {
        server.username = 'nobody_of_ours';
        server.password = 'TOP-SECRET';
        const said = await lastWords({ EMAY_IMS_DATABASE_URL: server.href, EMAY_IMS_START_TIMEOUT_MS: '3600000' });
        expect(said).toContain('Correct user and password in EMAY_IMS_DATABASE_URL.');
        expect(said).not.toContain('TOP-SECRET');
      });
    });
});
