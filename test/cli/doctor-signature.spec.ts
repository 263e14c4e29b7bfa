import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { encryptedGateway } from '../client/secure/support/encrypted-gateway.js';
import { APP_ID, CIPHER_KEY } from '../client/support/client-under-test.js';
import {
  answering,
  httpAnswer,
  startRawServer,
  type RawServer,
  type RawServerBehaviour,
} from '../client/support/raw-server.js';
import { CommandLine, GatewayProcess } from './command-line.js';

/** Some steps are processes that start. */
jest.setTimeout(120_000);

describe('doctor on the signature', () => {
  const opened: CommandLine[] = [];
  const servers: RawServer[] = [];
  afterEach(async () => {
    for (const cli of opened.splice(0)) await cli.close();
    for (const server of servers.splice(0)) await server.close();
  });
  const variablesOf = async (behaviour: RawServerBehaviour) => {
    const server = await startRawServer(behaviour);
    servers.push(server);
    return { EMAY_IMS_BASE_URL: server.url, EMAY_IMS_APP_ID: APP_ID, EMAY_IMS_SECRET_KEY: CIPHER_KEY };
  };
  /** It knows the account, whoever it is. */
  const plain: RawServerBehaviour = {
    onRequest: (socket, { head }) =>
      void socket.write(
        head.startsWith('POST /inter/')
          ? httpAnswer('{"code":"ERROR_MOBILE_EMPTY"}')
          : httpAnswer('', { status: '404 Not Found' }),
      ),
  };
  const open = async (variables: NodeJS.ProcessEnv = {}) => {
    const cli = await CommandLine.open(variables);
    opened.push(cli);
    return cli;
  };

  it('asks also where the service would send without asking', async () => {
    const gateway = await GatewayProcess.start();
    try {
      const unasked = { ...gateway.variables, EMAY_IMS_CANARY: 'false' };
      const right = await (await open(unasked)).run(['doctor']);
      expect(right.stdout).toMatch(/^\[ok\] +signature +accepted by transport plain/m);
      const wrong = await (await open({ ...unasked, EMAY_IMS_SECRET_KEY: 'A-WRONG-KEY' })).run(['doctor']);
      expect(wrong.stdout).toMatch(/^\[fail\] +signature +ERROR_SIGN: wrong signature$/m);
      expect([right.code, wrong.code]).toEqual([0, 1]);
    } finally {
      await gateway.stop();
    }
  });

  it('is not content with a server that takes whatever comes', async () => {
    const cli = await open(await variablesOf(answering('{"code":"SUCCESS","data":[]}')));
    const { code, stdout } = await cli.run(['doctor']);
    expect(stdout).toMatch(/^\[not verified\] +signature +a request without recipients was answered with SUCCESS/m);
    expect(stdout).not.toContain('[ok]            signature');
    expect(code).toBe(2);
  });

  it('says where one message is taken, and what carries many proves nothing', async () => {
    const cli = await open(
      await variablesOf({
        onRequest: (socket, { head }) =>
          void socket.write(
            httpAnswer(`{"code":"${head.includes('sendBatchIMS') ? 'ERROR_PARAMS' : 'ERROR_MOBILE_EMPTY'}"}`),
          ),
      }),
    );
    const { code, stdout } = await cli.run(['doctor']);
    expect(stdout).toMatch(
      /^\[not verified\] +signature +accepted by transport plain for single messages; for many: ERROR_PARAMS/m,
    );
    expect(code).toBe(2);
  });

  it('tells a code of the gateway’s own from no answer of a gateway', async () => {
    const own = await open(await variablesOf(answering('{"code":"ERROR_NEW_RULE"}')));
    const { code, stdout } = await own.run(['doctor']);
    expect(stdout).toMatch(/^\[fail\] +signature +ERROR_NEW_RULE: a code that is not listed\n +→ Ask Emay/m);
    expect(code).toBe(1);
    const none = await open(await variablesOf(answering('', { status: '404 Not Found' })));
    expect((await none.run(['doctor'])).stdout).toMatch(
      /^\[fail\] +signature +no answer of the gateway's: HTTP_404\n +→ See that EMAY_IMS_BASE_URL/m,
    );
  });

  describe('which transport answers', () => {
    it('is told, where it is the one of the options', async () => {
      const cli = await open({ ...(await variablesOf(encryptedGateway())), EMAY_IMS_TRANSPORT: 'secure' });
      const { stdout } = await cli.run(['doctor']);
      expect(stdout).toMatch(
        /^\[ok\] +signature +accepted by transport secure; nothing was sent, and no report taken$/m,
      );
    });

    it.each<[string, string, RawServerBehaviour]>([
      ['plain', 'secure', encryptedGateway()],
      ['secure', 'plain', plain],
    ])('is not %s, but %s', async (set, answers, behaviour) => {
      const cli = await open({ ...(await variablesOf(behaviour)), EMAY_IMS_TRANSPORT: set });
      const { code, stdout } = await cli.run(['doctor']);
      expect(stdout).toMatch(/^\[fail\] +signature /m);
      expect(stdout).toContain(
        `→ The gateway accepts the account by transport ${answers}: set EMAY_IMS_TRANSPORT=${answers}.`,
      );
      expect(stdout).not.toContain(CIPHER_KEY);
      expect(code).toBe(1);
    });

    it('is none, for a wrong key', async () => {
      const variables = await variablesOf(encryptedGateway());
      const cli = await open({ ...variables, EMAY_IMS_SECRET_KEY: 'WRONG-CIPHER-KEY', EMAY_IMS_TRANSPORT: 'secure' });
      const { stdout } = await cli.run(['doctor']);
      expect(stdout).toMatch(/^\[fail\] +signature +ERROR_PARAMS: .*\n +→ .*check secretKey first/m);
    });

    it('cannot be secure with a key that is no cipher key', async () => {
      const variables = await variablesOf(plain);
      const cli = await open({ ...variables, EMAY_IMS_SECRET_KEY: 'SHORT', EMAY_IMS_TRANSPORT: 'secure' });
      const { stdout } = await cli.run(['doctor']);
      expect(stdout).toMatch(/^\[fail\] +options .*secretKey must have 16, 24 or 32 bytes/m);
    });
  });
});
