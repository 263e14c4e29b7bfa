import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What stands between the module and the gateway. */
export type ProxyMood =
  /** Passes requests on as they are. */
  | 'honest'
  /** Sends the body on without its length. */
  | 'chunks'
  /** Sends the request on without its body. */
  | 'strips'
  /** Sends on as much of the body as its buffer holds. */
  | 'cuts'
  /** Is another service, which answers everything in its own way. */
  | 'html'
  /** A captive portal: wants a login first. */
  | 'portal'
  | 'not-found'
  | 'accepts-all'
  | 'hangs';

/** What it does to an answer that is longer than it likes. The gateway has taken the messages by then. */
export type AnswerMood = 'packs' | 'replaces' | 'loses' | 'gives-up' | 'names-one' | 'names-nobody';

const BUFFER_BYTES = 16 * 1024;

/** A reverse proxy on loopback that may be put right while it runs. */
export class Proxy {
  mood: ProxyMood = 'honest';
  /** Its mood is for requests with a body of more bytes; others it passes on as they are. */
  spoilsAbove = 0;
  /** By default it passes on every answer as it is. */
  answers: { mood: AnswerMood; above: number } = { mood: 'loses', above: Infinity };
  /** Requests so far. */
  requests = 0;
  /** Messages in them, and in the one with the most. */
  messages = 0;
  most = 0;
  private readonly server = http.createServer((request, response) => void this.answer(request, response));

  constructor(public target = '') {}

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Nobody is there any more; whoever connects is refused. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests++;
    const body = await bodyOf(request);
    const messages = body.toString('latin1').split('"mobile":"00').length - 1;
    this.messages += messages;
    this.most = Math.max(this.most, messages);
    const mood = body.length > this.spoilsAbove ? this.mood : 'honest';
    switch (mood) {
      case 'hangs':
        return;
      case 'html':
        return void response.end('<html><body>Welcome to our shop</body></html>');
      case 'portal':
        return void response.writeHead(302, { Location: 'http://portal.example/login' }).end();
      case 'not-found':
        return void response.writeHead(404).end('{"status":404,"error":"Not Found"}');
      case 'accepts-all':
        return void response.end('{"code":"SUCCESS","data":[]}');
      default:
        return this.passOn(request, spoilt(body, mood), mood, response);
    }
  }

  private passOn({ url, method }: IncomingMessage, body: Buffer, mood: ProxyMood, response: ServerResponse): void {
    const length = mood === 'chunks' ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': body.length };
    const onward = http.request(this.target + url, { method, headers: length, agent: false }, (answer) => {
      void this.passBack(answer, response);
    });
    onward.on('error', () => response.destroy());
    onward.end(body);
  }

  private async passBack(answer: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(answer);
    const { statusCode = 502, headers } = answer;
    if (body.length <= this.answers.above) return void response.writeHead(statusCode, headers).end(body);
    switch (this.answers.mood) {
      case 'packs':
        return void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(body));
      case 'replaces':
        return void response.end('<html><body>Too large</body></html>');
      case 'loses':
        return void response.destroy();
      case 'gives-up':
        return void response.writeHead(504).end();
      case 'names-one':
        return void response.end(
          `{"code":"SUCCESS","data":${JSON.stringify(JSON.parse(String(body)).data.slice(0, 1))}}`,
        );
      case 'names-nobody':
        return void response.end('{"code":"SUCCESS","data":[]}');
    }
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function spoilt(body: Buffer, mood: ProxyMood): Buffer {
  if (mood === 'strips') return Buffer.alloc(0);
  return mood === 'cuts' ? body.subarray(0, BUFFER_BYTES) : body;
}
