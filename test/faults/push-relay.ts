import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from './random.js';

/** The customer's one address before its workers, as a load balancer has it: passes each push on to one of them. */
export class PushRelay {
  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  /** @param ports where somebody may take a push */
  static async start(ports: () => number[], random: Random): Promise<PushRelay> {
    const server = createServer((request, response) => {
      const open = ports();
      if (open.length === 0) refuse(response);
      else pass(request, response, random.pick(open));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new PushRelay(`http://127.0.0.1:${(server.address() as AddressInfo).port}/push`, server);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** What becomes of a worker in the middle of it, becomes of the push. */
function pass(request: IncomingMessage, response: ServerResponse, port: number): void {
  const { method, url, headers } = request;
  const onward = send({ host: '127.0.0.1', port, method, path: url, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  onward.on('error', () => refuse(response));
  request.on('error', () => onward.destroy());
  request.pipe(onward);
}

function refuse(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(503).end();
}
