import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import tls from 'node:tls';
import { CERTIFICATE, PRIVATE_KEY } from './self-signed.js';

/** A request as its bytes came in. */
export interface RawRequest {
  /** Request line and headers, as written. */
  head: string;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: Buffer;
  /** Which connection brought it, from 0. */
  connection: number;
  /** Which request of the whole server it is, from 0. */
  index: number;
}

export interface RawServerBehaviour {
  /** When a request has been read in whole. Default: nothing happens, so the caller hangs. */
  onRequest?: (socket: Socket, request: RawRequest) => void;
  /** Instead of reading requests: the connection is the test's own. */
  onConnection?: (socket: Socket) => void;
  /** Speak TLS, with the self-signed certificate. */
  tls?: boolean;
}

/** A server whose every byte the test decides. */
export interface RawServer {
  /** `http://127.0.0.1:PORT`, or `https:` */
  url: string;
  port: number;
  requests: RawRequest[];
  /** Connections so far; with TLS, also those whose handshake failed. */
  connections(): number;
  /** Connections that stand now. */
  open(): number;
  /** What came after the handshake, in bytes. */
  bytesReceived(): number;
  /** Resets every connection, below TLS. */
  reset(): void;
  close(): Promise<void>;
}

export async function startRawServer(behaviour: RawServerBehaviour = {}): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  let bytes = 0;

  const converse = (socket: Socket) => {
    const connection = connections - 1;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
    if (behaviour.onConnection) return behaviour.onConnection(socket);
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (let end = endOfRequest(pending); end !== null; end = endOfRequest(pending)) {
        const request = { ...parse(pending.subarray(0, end)), connection, index: requests.length };
        pending = pending.subarray(end);
        requests.push(request);
        behaviour.onRequest?.(socket, request);
      }
    });
  };
  const server = behaviour.tls
    ? tls.createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, converse)
    : net.createServer(converse);
  server.on('tlsClientError', () => undefined);
  server.prependListener('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${behaviour.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    connections: () => connections,
    open: () => sockets.size,
    bytesReceived: () => bytes,
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      if (!server.listening) return;
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** A port of this machine on which nobody listens. */
export async function refusedPort(): Promise<number> {
  const server = await startRawServer();
  await server.close();
  return server.port;
}

export interface AnswerParts {
  status?: string;
  /** Whole lines. `Content-Length` is added unless one of them says how long the body is. */
  headers?: readonly string[];
}

/** The bytes of an HTTP answer. */
export function httpAnswer(body: string | Buffer, { status = '200 OK', headers = [] }: AnswerParts = {}): Buffer {
  const bytes = Buffer.from(body as string);
  const framed = headers.some((line) => /^(content-length|transfer-encoding|connection: close)/i.test(line));
  const lines = [`HTTP/1.1 ${status}`, ...headers, ...(framed ? [] : [`Content-Length: ${bytes.length}`])];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]);
}

/** Answers every request with these bytes and leaves the connection open. */
export function answering(body: string | Buffer, parts?: AnswerParts): RawServerBehaviour {
  return { onRequest: (socket) => socket.write(httpAnswer(body, parts)) };
}

function endOfRequest(bytes: Buffer): number | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.subarray(0, headEnd).toString('latin1'))?.[1];
  const end = headEnd + 4 + Number(length ?? 0);
  return bytes.length >= end ? end : null;
}

function parse(bytes: Buffer): Pick<RawRequest, 'head' | 'headers' | 'body'> {
  const headEnd = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, headEnd).toString('latin1');
  const headers = head
    .split('\r\n')
    .slice(1)
    .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  return { head, headers: Object.fromEntries(headers) as Record<string, string>, body: bytes.subarray(headEnd + 4) };
}
