import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type {
  ActionPreview,
  ActionProgress,
  ActionWanted,
  Me,
  OperatorMessage,
  ReportKind,
  SearchPage,
} from '../../libs/emay-ims-console/page/api/types.js';
import * as seed from './seed.js';

const PAGE = fileURLToPath(new URL('../../libs/emay-ims-console/dist-page/', import.meta.url));

/** What the real server sends with the shell: nothing inline, nothing from elsewhere, no text that becomes markup. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const TYPES: Record<string, string> = {
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
  html: 'text/html',
};

interface Refusal {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly right?: string;
  readonly headers?: Record<string, string>;
}

export interface Asked {
  readonly method: string;
  /** Below `api/v1/`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: Record<string, unknown>;
  readonly headers: IncomingMessage['headers'];
}

/** A console without a database: the page's server, with seeded answers and switches for everything that can go wrong. */
export class ApiDouble {
  me: Me = seed.makeMe();
  messages: OperatorMessage[] = seed.makeMessages(60);
  /** Everything is empty. */
  isEmpty = false;
  /** Refusals by route, the first segment below `api/v1/`; `*`: all but `me`. */
  readonly refusals = new Map<string, Refusal>();
  /** Delays by route, in ms. */
  readonly delays = new Map<string, number>();
  /** Replaces an answer, by route. */
  readonly answers = new Map<string, (asked: Asked) => unknown>();
  readonly asked: Asked[] = [];
  /** Which key is wanted; `null`: none. */
  key: string | null = null;
  hasStream = true;
  /** Page size of lists. */
  limit = 50;
  /** Of the last preview. */
  wanted: ActionWanted | null = null;
  progress: ActionProgress | null = null;
  /** How many of an action have changed since its preview. */
  changedSince = 0;

  private readonly streams = new Set<ServerResponse>();

  private constructor(
    private readonly server: Server,
    private readonly mount: string,
  ) {}

  static async start(mount = '/ops/sms/'): Promise<ApiDouble> {
    const server = createServer();
    const double = new ApiDouble(server, mount);
    server.on('request', (request, response) => {
      double.answer(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return double;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.mount}`;
  }

  get watchers(): number {
    return this.streams.size;
  }

  askedOf(path: string): Asked[] {
    return this.asked.filter((one) => one.path === path);
  }

  push(event: string, data: unknown): void {
    for (const stream of this.streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  dropStreams(): void {
    for (const stream of this.streams) stream.destroy();
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://double');
    if (!url.pathname.startsWith(this.mount)) return void response.writeHead(404).end();
    const path = url.pathname.slice(this.mount.length);
    if (path.startsWith('assets/')) return this.sendFile(path, response);
    if (!path.startsWith('api/v1/')) return this.sendShell(path, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked: Asked = {
      method: request.method!,
      path: decodeURIComponent(path.slice('api/v1/'.length)),
      query: url.searchParams,
      body: chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>) : {},
      headers: request.headers,
    };
    this.asked.push(asked);
    const route = asked.path.split('/')[0]!;
    await pause(this.delays.get(route) ?? 0);
    const refusal = this.refusalOf(asked, route);
    if (refusal) return refuse(response, refusal);
    if (route === 'stream') return this.openStream(response);
    if (asked.path.startsWith('exports/')) {
      response.writeHead(200, {
        'content-type': 'text/csv',
        'content-disposition': 'attachment; filename="messages.csv"',
      });
      return void response.end('customImsId\norder-1\n');
    }
    const given = (await this.answers.get(route)?.(asked)) ?? this.valueOf(asked, route);
    if (given === undefined) return refuse(response, { status: 404, code: 'NOT_FOUND' });
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(given));
  }

  private refusalOf(asked: Asked, route: string): Refusal | undefined {
    if (this.key !== null && asked.headers.authorization !== `Bearer ${this.key}` && !asked.path.startsWith('exports/'))
      return { status: 401, code: 'UNAUTHENTICATED', headers: { 'www-authenticate': 'Bearer' } };
    if (asked.method === 'POST' && asked.headers['x-emay-ims-console'] !== '1')
      return { status: 403, code: 'CROSS_SITE' };
    return this.refusals.get(route) ?? (route === 'me' ? undefined : this.refusals.get('*'));
  }

  private openStream(response: ServerResponse): void {
    if (!this.hasStream) return refuse(response, { status: 503, code: 'NOT_READY' });
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
  }

  private valueOf({ method, path, query, body }: Asked, route: string): unknown {
    const rest = path.slice(route.length + 1);
    switch (method === 'POST' ? `POST ${path}` : route) {
      case 'me':
        return { ...this.me, account: query.get('account') ?? this.me.account };
      case 'overview':
        return { ...(this.isEmpty ? seed.emptyOverview() : seed.makeOverview()), range: query.get('range') };
      case 'messages':
        return rest === '' ? this.search(query) : this.evidence(rest);
      case 'doubts':
        if (rest === 'messages')
          return this.page(
            this.messages.filter(({ state }) => state === 'UNCONFIRMED'),
            query,
          );
        return this.page(seed.makeDoubts(), query);
      case 'reports':
        return this.page(this.isEmpty ? [] : seed.makeReports(query.get('kind') as ReportKind), query);
      case 'countries': {
        const all = this.isEmpty ? [] : seed.makeCountries();
        if (rest === '') return all;
        const figures = seed.makeCountries().find(({ country }) => (country ?? '-') === rest);
        return figures && seed.makeCountry(this.isEmpty ? { ...figures, messages: 0 } : figures);
      }
      case 'handlers':
        return this.isEmpty ? [] : seed.makeHandlers();
      case 'events': {
        const [handler, state] = [query.get('handler'), query.get('state')];
        const all = seed.makeEvents().filter((event) => !handler || event.handler === handler);
        return this.page(this.isEmpty ? [] : all.filter((event) => !state || event.state === state), query);
      }
      case 'account':
        return this.isEmpty ? { ...seed.makeDetails(), leases: [], options: {} } : seed.makeDetails();
      case 'audit': {
        const all = seed.makeAudit().filter(({ actor }) => !query.get('actor') || actor === query.get('actor'));
        return this.page(this.isEmpty ? [] : all, query);
      }
      case 'actions':
        return this.advance();
      case 'POST actions/preview':
        return this.preview(body as unknown as ActionWanted);
      case 'POST pull':
        return {
          pages: 2,
          reports: 212,
          applied: 211,
          orphaned: 1,
          quarantined: 0,
          conflicts: 0,
          lost: 0,
          stoppedBy: null,
        };
      case 'POST retry-report':
      case 'POST retry-event':
        return { retried: 4 };
      case 'POST send-test':
        return { customImsId: this.messages[0]!.customImsId, state: 'QUEUED' };
      case 'POST reveal':
        return { mobile: '+61422118000', content: 'Your code is 4711' };
      case 'POST exports':
        return { url: 'api/v1/exports/t0ken', expiresAt: new Date().toISOString() };
      case 'POST acknowledge':
      case 'POST rebuild':
        return {};
      default:
        return method === 'POST' && path.endsWith('/apply') ? this.apply() : undefined;
    }
  }

  private search(query: URLSearchParams): SearchPage<OperatorMessage> {
    const is = (name: string, value: string | null): boolean => !query.get(name) || query.get(name) === value;
    const states = query.get('state')?.split(',');
    const id = query.get('id');
    return this.page(
      this.messages.filter(
        (message) =>
          (!states || states.includes(message.state)) &&
          is('code', message.code) &&
          is('country', message.country) &&
          is('mobile', message.mobile) &&
          (!id || (id.endsWith('*') ? message.customImsId.startsWith(id.slice(0, -1)) : message.customImsId === id)),
      ),
      query,
    );
  }

  private page<Item>(items: Item[], query: URLSearchParams): SearchPage<Item> {
    const shown = this.isEmpty ? [] : items;
    const start = Number(query.get('after') ?? 0);
    const next = start + this.limit < shown.length ? String(start + this.limit) : null;
    return {
      items: shown.slice(start, start + this.limit),
      next,
      searchedTo: null,
      matches: { n: shown.length, exact: true },
      asOf: new Date().toISOString(),
    };
  }

  private evidence(id: string): unknown {
    const message = this.messages.find(({ customImsId }) => customImsId === id);
    return message && seed.makeEvidence(message);
  }

  private preview(wanted: ActionWanted): ActionPreview {
    this.wanted = wanted;
    const chosen = wanted.ids
      ? this.messages.filter(({ customImsId }) => wanted.ids!.includes(customImsId))
      : this.messages;
    const count = wanted.ids ? chosen.length : 88;
    this.progress = {
      id: 'act-1',
      action: wanted.action,
      state: 'previewed',
      count,
      done: 0,
      changedSince: 0,
      changedIds: [],
    };
    return {
      id: 'act-1',
      action: wanted.action,
      count,
      sample: chosen.slice(0, 5),
      skippedNow: 0,
      isCut: false,
      provedSent: wanted.incident ? { messages: 212, by: 'hour', asOf: null } : null,
      expiresAt: new Date(Date.now() + 300_000).toISOString(),
      expiresInMs: 300_000,
    };
  }

  private apply(): ActionProgress {
    this.progress = { ...this.progress!, state: 'running' };
    return this.progress;
  }

  /** Each look finds it a step further. */
  private advance(): ActionProgress {
    const current = this.progress!;
    const all = current.count - this.changedSince;
    const done = Math.min(current.done + Math.ceil(all / 3), all);
    const isDone = done === all;
    this.progress = {
      ...current,
      done,
      state: isDone ? 'done' : 'running',
      changedSince: isDone ? this.changedSince : 0,
      changedIds: isDone ? this.messages.slice(0, this.changedSince).map(({ customImsId }) => customImsId) : [],
    };
    return this.progress;
  }

  private async sendFile(path: string, response: ServerResponse): Promise<void> {
    const type = TYPES[path.split('.').at(-1)!] ?? 'application/octet-stream';
    // From the file that is sent to real browsers, so that it is the one that is tested.
    const packed = await readFile(`${PAGE}${path}.br`).catch(() => null);
    if (packed === null) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': type,
      'content-encoding': 'br',
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    response.end(packed);
  }

  /** The same shell at each route; the way to the mount depends on how deep that is. */
  private async sendShell(path: string, response: ServerResponse): Promise<void> {
    const way = '../'.repeat(path.split('/').length - 1) || './';
    const shell = (await readFile(`${PAGE}index.html`, 'utf8')).replaceAll('"./', `"${way}`);
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    response.end(shell);
  }
}

function refuse(
  response: ServerResponse,
  { status, code = 'INTERNAL', message = code, right, headers = {} }: Refusal,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { code, message, ...(right ? { right } : {}), requestId: 'req-1' } }));
}
