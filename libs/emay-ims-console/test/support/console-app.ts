import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { type INestApplication, type LoggerService, type ModuleMetadata } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { EmayImsOperations } from 'nestjs-emay-ims/operations';
import { CONSOLE_ACTIONS } from '../../src/api.js';
import { CONSOLE_TIMINGS, EmayImsConsoleModule } from '../../src/emay-ims-console.module.js';
import type { Access, EmayImsConsoleOptions } from '../../src/index.js';
import { LIVE_TIMINGS, type LiveTimings } from '../../src/live/live-hub.js';
import { PageFiles } from '../../src/shell/page-files.js';
import { FakeOperations } from './fake-operations.js';

export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** Somebody who may do everything. */
export const ANN: Access = { actor: 'ann', actions: CONSOLE_ACTIONS, numbers: 'full', texts: 'full' };

export const BIG_SCRIPT = `export const words = ${JSON.stringify('word '.repeat(400))};\n`;

export class KeptLogs implements LoggerService {
  readonly lines: string[] = [];
  log = (...parts: unknown[]) => void this.lines.push(parts.map(String).join(' '));
  error = this.log;
  warn = this.log;
  debug = this.log;
}

interface AppOptions {
  platform?: Platform;
  /** In the place of the platform's as it comes. */
  adapter?: AbstractHttpAdapter;
  console?: Partial<EmayImsConsoleOptions>;
  timings?: Partial<LiveTimings>;
  /** More of the host's. */
  host?: ModuleMetadata;
  prepare?: (app: INestApplication) => void | Promise<void>;
  operations?: FakeOperations;
  bodyParser?: boolean;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: never;
}

/** A page as Vite would build it, in a folder that is gone at the end. */
export function builtPage(): { files: PageFiles; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'emay-ims-console-'));
  mkdirSync(join(folder, 'assets'));
  const put = (name: string, text: string) => {
    writeFileSync(join(folder, 'assets', name), text);
    writeFileSync(join(folder, 'assets', `${name}.br`), brotliCompressSync(text));
  };
  put('main-4f2a.js', BIG_SCRIPT);
  put('main-77aa.css', 'body{margin:0}\n');
  const html = [
    '<!doctype html><html lang="en"><head><meta name="emay-ims-console-base" content="./" />',
    '<script type="module" crossorigin src="./assets/main-4f2a.js"></script>',
    '<link rel="stylesheet" href="./assets/main-77aa.css"></head><body><div id="console"></div></body></html>',
  ];
  writeFileSync(join(folder, 'index.html'), html.join('\n'));
  return { files: PageFiles.read(folder), remove: () => rmSync(folder, { recursive: true }) };
}

/** A host with a console, over real HTTP. */
export class ConsoleApp {
  readonly logs = new KeptLogs();

  private constructor(
    readonly app: INestApplication,
    readonly operations: FakeOperations,
    readonly port: number,
    private readonly removePage: () => void,
  ) {}

  static async start(options: AppOptions = {}): Promise<ConsoleApp> {
    const {
      platform = 'express',
      timings = {},
      host = {},
      prepare,
      operations = new FakeOperations(),
      bodyParser = true,
    } = options;
    const consoleModule = EmayImsConsoleModule.forRoot({
      path: '/sms',
      accounts: ['default', 'marketing'],
      ...options.console,
    });
    const page = builtPage();
    const logs = new KeptLogs();
    const built = await Test.createTestingModule({ ...host, imports: [...(host.imports ?? []), consoleModule] })
      .overrideProvider(EmayImsOperations)
      .useValue(operations)
      .overrideProvider(PageFiles)
      .useValue(page.files)
      .overrideProvider(CONSOLE_TIMINGS)
      .useValue({ ...LIVE_TIMINGS, ...timings })
      .setLogger(logs)
      .compile();
    const adapter = options.adapter ?? (platform === 'express' ? new ExpressAdapter() : new FastifyAdapter());
    const app = built.createNestApplication(adapter, { logger: logs, bodyParser });
    await prepare?.(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const started = new ConsoleApp(app, operations, port, page.remove);
    logs.log = (...parts) => void started.logs.lines.push(parts.map(String).join(' '));
    logs.error = logs.warn = logs.debug = logs.log;
    return started;
  }

  get account() {
    return this.operations.account();
  }

  /** Every header as given and no other: as a browser, a proxy or a program would. */
  request(path: string, options: RequestOptions & { body?: string | Buffer } = {}): Promise<Answer> {
    const { body, ...rest } = options;
    return new Promise((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port: this.port, path, agent: false, ...rest }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode: status = 0, headers } = response;
          const isJson = headers['content-type']?.startsWith('application/json');
          resolve({ status, headers, text, json: (isJson ? JSON.parse(text) : undefined) as never });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  get(route: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.request(`/sms/${route}`, { headers });
  }

  api(route: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.get(`api/v1/${route}`, headers);
  }

  /** As the page does. */
  post(route: string, body: unknown = {}, headers: Record<string, string | undefined> = {}): Promise<Answer> {
    const own = {
      'content-type': 'application/json',
      'x-emay-ims-console': '1',
      origin: `http://127.0.0.1:${this.port}`,
      'sec-fetch-site': 'same-origin',
    };
    const all = Object.entries({ ...own, ...headers }).filter(([, value]) => value !== undefined);
    const text = JSON.stringify(body);
    const sent = { ...Object.fromEntries(all), 'content-length': String(Buffer.byteLength(text)) };
    return this.request(`/sms/api/v1/${route}`, {
      method: 'POST',
      headers: sent as Record<string, string>,
      body: text,
    });
  }

  async close(): Promise<void> {
    await this.app.close();
    this.removePage();
  }
}
