import type { Agent } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { EmayImsClock, EmayImsHttpOptions, EmayImsProtocolOptions, ImsTransport } from 'nestjs-emay-ims';
import { closeGatewayHttp, createGatewayHttp, EmayImsClient } from '../../../libs/emay-ims/src/client/index.js';
import { resolveOptions } from '../../../libs/emay-ims/src/options/resolve-options.js';
import { CERTIFICATE } from './self-signed.js';
import { startRawServer, type RawServer, type RawServerBehaviour } from './raw-server.js';

/** Another in each process that runs tests, as `ACCOUNT` of the gateway app. */
export const APP_ID = `EUCP-EMY-SMS0-CLIENT${process.env.JEST_WORKER_ID ?? ''}`;
export const SECRET_KEY = 'SECRET-KEY-OF-CLIENT-TESTS';
/** Of the encrypted interface, where it is an AES key. */
export const CIPHER_KEY = 'SECRET-CIPHERKEY';

/** What the tests send: with text beyond ASCII, whose bytes are more than its characters. */
export const MESSAGE = {
  mobile: '+61422118000',
  content: '你好, 😀 "quoted" 100% été',
  customImsId: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
};

/** Long enough never to end a test that expects an answer, short enough to fail in time. */
const PATIENT_MS = 60_000;

export interface ClientSettings {
  /** Where only `timeoutMs` is given, connecting may take as long. */
  http?: EmayImsHttpOptions;
  protocol?: EmayImsProtocolOptions;
  transport?: ImsTransport;
  secretKey?: string;
  clock?: EmayImsClock;
  /** Trust the self-signed certificate. */
  trusting?: boolean;
  /** What names stand for. */
  lookup?: LookupFunction;
}

type Closable = { close(): Promise<void> | void };

/** Opens servers and clients for one test file, and closes what is open after each test. */
export class Bench {
  private readonly opened: Closable[] = [];

  async server(behaviour?: RawServerBehaviour): Promise<RawServer> {
    const server = await startRawServer(behaviour);
    this.opened.push(server);
    return server;
  }

  client(baseUrl: string | string[], settings: ClientSettings = {}): EmayImsClient {
    const { http, protocol, transport, clock, trusting = false, lookup } = settings;
    const options = resolveOptions({
      baseUrl,
      appId: APP_ID,
      secretKey: settings.secretKey ?? (transport === 'secure' ? CIPHER_KEY : SECRET_KEY),
      transport,
      http: { timeoutMs: PATIENT_MS, connectTimeoutMs: http?.timeoutMs ?? PATIENT_MS, ...http },
      protocol: { canary: false, ...protocol },
    });
    const gatewayHttp = createGatewayHttp(options, clock);
    const { httpAgent, httpsAgent } = gatewayHttp.defaults as { httpAgent: Agent; httpsAgent: Agent };
    if (lookup) for (const agent of [httpAgent, httpsAgent]) Object.assign(agent.options, { lookup });
    if (trusting) httpsAgent.options.ca = CERTIFICATE;
    this.opened.push({ close: () => closeGatewayHttp(gatewayHttp) });
    return new EmayImsClient(gatewayHttp, options, clock);
  }

  async close(): Promise<void> {
    // Clients were opened after their servers, and go before them.
    for (const closable of this.opened.splice(0).toReversed()) await closable.close();
  }
}
