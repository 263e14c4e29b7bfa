import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** What one call for reports is answered with; `null`: an empty page. */
export type Answer = (response: ServerResponse) => void;

/** A gateway that takes every message and answers calls for reports with what the test says. */
export interface PageServer {
  url: string;
  /** Answers to come, one for each call; when they are used up, an empty page. */
  answers: Answer[];
  /** Calls for reports so far. */
  calls(): number;
  close(): Promise<void>;
}

export async function startPageServer(): Promise<PageServer> {
  const answers: Answer[] = [];
  let calls = 0;
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    if (!request.url?.endsWith('getIMSReport')) return void response.end('{"code":"ERROR_SIGN"}');
    calls++;
    const answer = answers.shift() ?? says('{"code":"SUCCESS","data":[]}');
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    calls: () => calls,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A whole answer. */
export function says(body: string | Buffer, headers: Record<string, string> = {}, status = 200): Answer {
  return (response) => void response.writeHead(status, headers).end(body);
}

/** An answer whose connection breaks after so many bytes. */
export function breaksOff(body: Buffer, bytes: number): Answer {
  return (response) => {
    response.writeHead(200, { 'Content-Length': String(body.length) });
    response.write(body.subarray(0, bytes), () => setTimeout(() => response.socket?.resetAndDestroy(), 500));
  };
}

export function pageOf(reports: readonly unknown[]): string {
  return JSON.stringify({ code: 'SUCCESS', data: reports });
}
