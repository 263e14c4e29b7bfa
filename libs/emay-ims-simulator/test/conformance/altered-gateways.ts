import { createServer, request, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
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
    onBody(passage.body);
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
  readonly body: string;
}

interface Passed {
  readonly status: number;
  readonly type: string;
  readonly text: string;
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
      let body = '';
      incoming.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      incoming.on('end', () => {
        const passage = ask({ path: incoming.url ?? '/', headers: incoming.headers, body });
        const { host: _host, connection: _connection, ...headers } = passage.headers;
        const outgoing = request(
          simulator.url + passage.path,
          { method: incoming.method, headers, agent: false },
          (received) => {
            let text = '';
            received.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
            received.on('end', () => {
              const passed = { status: received.statusCode ?? 0, type: String(received.headers['content-type']), text };
              const given = answer(passed, passage, memory);
              response.writeHead(given.status, { 'Content-Type': given.type }).end(given.text);
            });
          },
        );
        outgoing.end(passage.body);
      });
    });
    return { url: proxy.url, stop: () => proxy.stop().then(() => simulator.stop()) };
  };

/** Changes the JSON that is asked; its length then too. */
export const askingOtherwise = (change: (body: string) => string) =>
  distorted({
    ask({ path, headers, body }) {
      const changed = change(body);
      const length =
        headers['content-length'] === undefined ? {} : { 'content-length': `${Buffer.byteLength(changed)}` };
      return { path, headers: { ...headers, ...length }, body: changed };
    },
  });

export const answeringOtherwise = (change: (text: string) => string) =>
  distorted({ answer: (passed) => ({ ...passed, text: change(passed.text) }) });

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
