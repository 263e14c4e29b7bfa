import { createDecipheriv } from 'node:crypto';
import { createServer, request, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type FaultOrder, type SimulatorOptions, startSimulator } from 'emay-ims-simulator';
import type { Settings } from './settings.js';

export interface RunningGateway {
  readonly url: string;
  stop(): Promise<void>;
}

export type StartGateway = (settings: Settings) => Promise<RunningGateway>;

/** A server without any sense, which gives every request the same answer. */
export function parrot(answer: string): Promise<RunningGateway> {
  return listen((incoming, response) => {
    incoming.resume();
    incoming.on('end', () => response.writeHead(200, { 'Content-Type': 'text/html' }).end(answer));
  });
}

/** A right gateway that tells what it is asked. */
export function overheard(settings: Settings, onBody: (body: string) => void): Promise<RunningGateway> {
  const ask = (passage: Passage) => {
    onBody(isSecure(passage) ? opened(passage, settings.account.secretKey) : passage.body);
    return passage;
  };
  return distorted({ ask })(settings);
}

/** Of a right simulator: both accounts, and reports without a wait worth the name. */
export function optionsOf({ account, closedAccount }: Settings): SimulatorOptions {
  return {
    accounts: [account, ...(closedAccount ? [{ ...closedAccount, allowedIps: [closedAccount.admits] }] : [])],
    reportDelayMs: 50,
  };
}

/** Right but for an option. */
export const withOptions =
  (options: SimulatorOptions): StartGateway =>
  (settings) =>
    startSimulator({ ...optionsOf(settings), ...options });

/** Right but for a fault in every request. */
export const withFault =
  (order: FaultOrder): StartGateway =>
  async (settings) => {
    const simulator = await startSimulator(optionsOf(settings));
    simulator.inject({ times: Infinity, ...order });
    return simulator;
  };

interface Passage {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Of the encrypted interface: a character for each byte. */
  readonly body: string;
}

interface Passed {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** The header of that name. */
  readonly result: string | undefined;
}

interface Distortion {
  readonly ask?: (passage: Passage) => Passage;
  /** Gets a memory of its own for each gateway. */
  readonly answer?: (passed: Passed, passage: Passage, memory: string[]) => Passed;
}

/** Right but for what a proxy in between makes of it. */
export const distorted =
  ({ ask = (passage) => passage, answer = (passed) => passed }: Distortion): StartGateway =>
  async (settings) => {
    const simulator = await startSimulator(optionsOf(settings));
    const memory: string[] = [];
    const proxy = await listen((incoming, response) => {
      const path = incoming.url ?? '/';
      const charset = isSecure({ path }) ? 'latin1' : 'utf8';
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const passage = ask({ path, headers: incoming.headers, body: Buffer.concat(chunks).toString(charset) });
        const { host: _host, connection: _connection, ...headers } = passage.headers;
        const outgoing = request(
          simulator.url + passage.path,
          { method: incoming.method, headers, agent: false },
          (received) => {
            const parts: Buffer[] = [];
            received.on('data', (chunk: Buffer) => parts.push(chunk));
            received.on('end', () => {
              const { 'content-type': type, result } = received.headers;
              const text = Buffer.concat(parts).toString(charset);
              const passed = { status: received.statusCode ?? 0, type: String(type), text, result: result?.toString() };
              const given = answer(passed, passage, memory);
              const head = {
                'Content-Type': given.type,
                ...(given.result === undefined ? {} : { result: given.result }),
              };
              response.writeHead(given.status, head).end(Buffer.from(given.text, charset));
            });
          },
        );
        outgoing.end(Buffer.from(passage.body, charset));
      });
    });
    return { url: proxy.url, stop: () => proxy.stop().then(() => simulator.stop()) };
  };

/** Changes the JSON that is asked; its length then too. */
export const askingOtherwise = (change: (body: string) => string) =>
  distorted({
    ask(passage) {
      if (isSecure(passage)) return passage;
      const { path, headers, body } = passage;
      const changed = change(body);
      const length =
        headers['content-length'] === undefined ? {} : { 'content-length': `${Buffer.byteLength(changed)}` };
      return { path, headers: { ...headers, ...length }, body: changed };
    },
  });

export const answeringOtherwise = (change: (text: string) => string) =>
  distorted({
    answer: (passed, passage) => (isSecure(passage) ? passed : { ...passed, text: change(passed.text) }),
  });

export function isSecure({ path }: Pick<Passage, 'path'>): boolean {
  return path.startsWith('/secure/');
}

/** What an encrypted body asks; empty where it is none of this key. */
function opened({ body, headers }: Passage, secretKey: string): string {
  const decipher = createDecipheriv(`aes-${secretKey.length * 8}-ecb`, secretKey, null);
  try {
    const plain = Buffer.concat([decipher.update(body, 'latin1'), decipher.final()]);
    return (headers.gzip === 'on' ? gunzipSync(plain) : plain).toString('utf8');
  } catch {
    return '';
  }
}

async function listen(listener: RequestListener): Promise<RunningGateway> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
