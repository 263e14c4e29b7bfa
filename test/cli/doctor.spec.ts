import { createServer, type Server } from 'node:https';
import { createServer as createMuteServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { CERTIFICATE, PRIVATE_KEY } from '../client/support/self-signed.js';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { ACCOUNT } from '../support/gateway-app.js';
import { CommandLine, GatewayProcess } from './command-line.js';

interface DoctorAnswer {
  exitCode: number;
  checks: { name: string; outcome: string; found: string; todo: string | null }[];
}

const WRONG_KEY = 'A-KEY-NOBODY-MAY-SEE';

/** Some steps are processes that start. */
jest.setTimeout(120_000);

describe('doctor', () => {
  const opened: CommandLine[] = [];
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await GatewayProcess.start();
  });
  afterAll(() => gateway.stop());
  afterEach(async () => {
    for (const cli of opened.splice(0)) await cli.close();
  });

  const open = async (variables: NodeJS.ProcessEnv = {}) => {
    const cli = await CommandLine.open(variables);
    opened.push(cli);
    return cli;
  };
  const outcomes = async (cli: CommandLine, ...args: string[]) => {
    const { checks } = await cli.json<DoctorAnswer>('doctor', ...args);
    return Object.fromEntries(checks.map(({ name, outcome }) => [name, outcome]));
  };

  it('finds everything in order in the sandbox, the signature included', async () => {
    const cli = await open();
    const { code, stdout, stderr } = await cli.run(['doctor']);
    expect(stdout).toMatch(/^\[ok\] +signature +accepted/m);
    expect(stdout).not.toMatch(/\[fail\]|\[not verified\]/);
    expect(stderr).toContain('SANDBOX');
    expect(code).toBe(0);
  });

  it('proves the signature by a request that takes nothing, and leaves reports where they are', async () => {
    const cli = await open(gateway.variables);
    await cli.run(['send', '--to', '+61422118009', '--text', 'Hello']);
    const { code, stdout } = await cli.run(['doctor']);
    expect(stdout).toMatch(/^\[ok\] +signature +accepted by transport plain; nothing was sent, and no report taken$/m);
    expect(stdout).not.toMatch(/\[fail\]|\[not verified\]/);
    expect(code).toBe(0);
    expect(await cli.json('pull')).toMatchObject({ reports: 1, applied: 1 });
  });

  it('proves the signature with one report, which is kept and applied; the next one stays at the gateway', async () => {
    const cli = await open(gateway.variables);
    for (const mobile of ['+61422118000', '+61422118001']) await cli.run(['send', '--to', mobile, '--text', 'Hello']);
    const { code, stdout, stderr } = await cli.run(['doctor', '--pull-one']);
    expect(stderr).toContain('ONE WAITING DELIVERY REPORT is taken');
    expect(stdout).toMatch(/^\[ok\] +signature +accepted; 1 report came, stored and applied$/m);
    expect(code).toBe(0);
    const { states } = await cli.json<{ states: Record<string, number> }>('status');
    expect(states).toMatchObject({ DELIVERED: 1, ACCEPTED: 1 });
    expect(await cli.json('pull')).toMatchObject({ reports: 1, applied: 1 });
  });

  it('shows a wrong key by the code and what to do, and never prints it', async () => {
    const cli = await open({ ...gateway.variables, EMAY_IMS_SECRET_KEY: WRONG_KEY });
    for (const args of [[], ['--pull-one']]) {
      const { code, stdout, stderr } = await cli.run(['doctor', ...args]);
      expect(stdout).toMatch(/^\[fail\] +signature +ERROR_SIGN: wrong signature\n +→ Check secretKey/m);
      expect(stdout + stderr).not.toContain(WRONG_KEY);
      expect(code).toBe(1);
    }
  });

  it('shows what is wrong with the options, and looks at nothing that needs them', async () => {
    const half = await open({ EMAY_IMS_APP_ID: 'APP' });
    const { code, stdout } = await half.run(['doctor']);
    expect(stdout).toMatch(
      /^\[fail\] +options +Wrong environment: EMAY_IMS_BASE_URL and EMAY_IMS_SECRET_KEY must be set/m,
    );
    expect(code).toBe(1);
    const odd = await open({ ...gateway.variables, EMAY_IMS_BASE_URL: 'ftp://gateway.example' });
    expect(await outcomes(odd)).toMatchObject({ options: 'fail', 'all else': 'not verified' });
  });

  it('tells a host that nobody knows from one that does not answer', async () => {
    const nowhere = await open({ ...gateway.variables, EMAY_IMS_BASE_URL: 'https://gateway.invalid:8443' });
    expect(await outcomes(nowhere)).toMatchObject({ name: 'fail', connection: 'not verified', clock: 'not verified' });
    const deaf = await open({ ...gateway.variables, EMAY_IMS_BASE_URL: 'http://127.0.0.1:1' });
    const { code, stdout } = await deaf.run(['doctor']);
    expect(stdout).toMatch(/^\[fail\] +connection +127\.0\.0\.1:1: ECONNREFUSED$/m);
    expect(code).toBe(1);
  });

  describe('with a gateway on https', () => {
    let server: Server;
    let url: string;
    beforeAll(async () => {
      server = createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (_request, response) => response.end());
      await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
      url = `https://localhost:${(server.address() as AddressInfo).port}`;
    });
    afterAll(async () => {
      server.closeAllConnections();
      server.close();
    });

    it('refuses a certificate that nobody vouches for', async () => {
      const cli = await open({ ...gateway.variables, EMAY_IMS_BASE_URL: url });
      const { code, stdout } = await cli.run(['doctor']);
      expect(stdout).toMatch(/^\[ok\] +connection/m);
      expect(stdout).toMatch(/^\[fail\] +certificate +localhost:\d+: DEPTH_ZERO_SELF_SIGNED_CERT$/m);
      expect(code).toBe(1);
    });

    it('refuses it too where the process as a whole verifies none, and sends nothing', async () => {
      const env = { ...gateway.variables, EMAY_IMS_BASE_URL: url, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
      const cli = await open(env);
      let requests = 0;
      server.on('request', () => requests++);
      // Node asks for it where it begins.
      const { stdout } = await cli.start(['doctor']).ended;
      expect(stdout).toMatch(/^\[fail\] +certificate +localhost:\d+: DEPTH_ZERO_SELF_SIGNED_CERT$/m);
      const sent = await cli.start(['send', '--to', '+61422118000', '--text', 'Hello']).ended;
      expect(sent.stdout + sent.stderr).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
      expect([sent.code, requests]).toEqual([1, 0]);
    });

    it('takes one that is vouched for, and tells its end', async () => {
      const cli = await open({ ...gateway.variables, EMAY_IMS_BASE_URL: url, NODE_EXTRA_CA_CERTS: 'authority.pem' });
      await cli.write('authority.pem', CERTIFICATE);
      // Node reads it as the process starts.
      const { stdout } = await cli.start(['doctor']).ended;
      expect(stdout).toMatch(/^\[ok\] +certificate +localhost:\d+: valid until 2126-10-29, \d+ days$/m);
      expect(stdout).toMatch(/^\[ok\] +clock +localhost:\d+ agrees$/m);
    });
  });

  it.each([
    ['speaks plain http', (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')],
    ['resets whoever speaks TLS', (socket: Socket) => void socket.once('data', () => socket.resetAndDestroy())],
  ])('does not take a port that %s for one whose certificate is not trusted', async (_what, converse) => {
    const odd = createMuteServer((socket) => {
      socket.on('error', () => undefined);
      converse(socket);
    });
    const port = await new Promise<number>((listening) => {
      odd.listen(0, '127.0.0.1', () => listening((odd.address() as AddressInfo).port));
    });
    try {
      const cli = await open({ ...gateway.variables, EMAY_IMS_BASE_URL: `https://127.0.0.1:${port}` });
      const { code, stdout } = await cli.run(['doctor']);
      expect(stdout).toMatch(
        /^\[fail\] +certificate +127\.0\.0\.1:\d+: no TLS connection \((EPROTO|ERR_SSL_\w+|ECONNRESET)\)\n +→ If .*http:\/\//m,
      );
      expect(stdout).not.toContain('NODE_EXTRA_CA_CERTS');
      expect(code).toBe(1);
    } finally {
      odd.close();
    }
  });

  it('finds a spool folder that cannot be written to, and a database that cannot be opened', async () => {
    const cli = await open({
      ...gateway.variables,
      EMAY_IMS_SPOOL_PATH: 'a-file/spool',
      EMAY_IMS_DATABASE_URL: 'sqlite:.',
    });
    await cli.write('a-file', '');
    expect(await outcomes(cli)).toMatchObject({ 'spool folder': 'fail', database: 'fail', connection: 'ok' });
  });

  it.each(['postgres', 'mysql'])('does not wait for a %s server that says nothing', async (scheme) => {
    const mute = createMuteServer();
    const port = await new Promise<number>((listening) => {
      mute.listen(0, '127.0.0.1', () => listening((mute.address() as AddressInfo).port));
    });
    try {
      const cli = await open({ ...gateway.variables, EMAY_IMS_DATABASE_URL: `${scheme}://user@127.0.0.1:${port}/sms` });
      expect(await outcomes(cli)).toMatchObject({ database: 'fail', connection: 'ok' });
    } finally {
      mute.close();
    }
  });

  describe.each(databasesUnderTest())('on %s', (kind) => {
    const itOnServers = kind === 'sqlite' ? it.skip : it;
    let database: TestDatabase;
    beforeEach(async () => {
      database = await createTestDatabase(kind);
    });
    afterEach(() => database.drop());

    it('is content with a database that the service has worked with', async () => {
      const cli = await open({ ...gateway.variables, EMAY_IMS_DATABASE_URL: database.url });
      await cli.run(['status']);
      expect(await outcomes(cli)).toMatchObject({ database: 'ok', clock: 'ok' });
    });

    itOnServers('names the pending migrations, runs none of them, and is content once they have run', async () => {
      const cli = await open({ ...gateway.variables, EMAY_IMS_DATABASE_URL: database.url });
      const before = await cli.run(['doctor', '--pull-one']);
      expect(before.stdout).toMatch(/^\[fail\] +migrations +pending: CreateEmayIms\d+, /m);
      expect(before.stdout).toMatch(/^\[not verified\] +signature +the database comes first/m);
      const bare = await new DataSource({
        ...database.typeOrmOptions,
        migrationsRun: false,
      } as DataSourceOptions).initialize();
      expect(await bare.createQueryRunner().hasTable('emay_ims_message')).toBe(false);
      await bare.destroy();
      await (await database.open()).destroy();
      expect(await outcomes(cli, '--pull-one')).toMatchObject({
        database: 'ok',
        migrations: 'ok',
        clock: 'ok',
        signature: 'ok',
      });
    });

    itOnServers('tells why the service would not start on it, and looks at the gateway all the same', async () => {
      const admin = await database.open();
      const drop = kind === 'postgres' ? 'DROP INDEX' : 'ALTER TABLE emay_ims_message DROP INDEX';
      await admin.query(`${drop} emay_ims_message_outcome`);
      await admin.destroy();
      const cli = await open({ ...gateway.variables, EMAY_IMS_DATABASE_URL: database.url });
      const { code, stdout } = await cli.run(['doctor']);
      expect(stdout).toMatch(/^\[fail\] +database .*no valid index emay_ims_message_outcome/m);
      expect(stdout).toMatch(/^\[ok\] +migrations/m);
      expect(stdout).toMatch(/^\[ok\] +connection/m);
      expect(stdout).toMatch(/^\[not verified\] +signature +the database comes first/m);
      expect(code).toBe(1);
      expect(await outcomes(cli)).toMatchObject({ database: 'fail', clock: 'ok', signature: 'not verified' });
    });

    itOnServers('tells why a server cannot be reached, without the password', async () => {
      const url = new URL(database.url);
      url.port = '1';
      url.password = 'A-PASSWORD';
      const cli = await open({ ...gateway.variables, EMAY_IMS_DATABASE_URL: url.href });
      const { code, stdout, stderr } = await cli.run(['doctor']);
      expect(stdout).toMatch(/^\[fail\] +database +cannot be reached \(ECONNREFUSED\)\n +→ Nothing listens there/m);
      expect(stdout + stderr).not.toContain('A-PASSWORD');
      expect(stdout + stderr).not.toContain(ACCOUNT.secretKey);
      expect(code).toBe(1);
    });
  });
});
