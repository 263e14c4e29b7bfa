import { createHash } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { DEFAULT_ACCOUNT, type SimulatorAccount, type SimulatorOptions } from '../options.js';
import type { Simulator } from '../simulator.js';
import { startSimulator } from '../start-simulator.js';
import type { CallName } from '../wire/call-name.js';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
}

export interface Entry {
  readonly mobile: string;
  readonly imsId: string;
  readonly customImsId?: string;
}

export type Report = Entry & Record<'state' | 'desc' | 'receiveTime' | 'submitTime', string>;

type Fields = Record<string, unknown>;

/** 2026-03-15 12:00:00 in Shanghai. */
const START = Date.UTC(2026, 2, 15, 4);

/** A simulator whose clock stands still until a test moves it, and a caller that signs by the same clock. */
export class Bench {
  now = START;
  simulator: Simulator;

  static async start(options: SimulatorOptions = {}): Promise<Bench> {
    const bench = new Bench();
    bench.simulator = await startSimulator({ now: () => bench.now, ...options });
    return bench;
  }

  timestamp(shiftMs = 0): string {
    return new Date(this.now + 8 * 3_600_000 + shiftMs).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  }

  signed(fields: Fields, account: SimulatorAccount = DEFAULT_ACCOUNT): Fields {
    const timestamp = this.timestamp();
    const sign = md5(account.appId + account.secretKey + timestamp);
    return { appId: account.appId, timestamp, sign, ...fields };
  }

  /** Sends a signed call; fields given as `undefined` are left out. */
  call(name: CallName, fields: Fields = {}, headers: Record<string, string> = {}): Promise<RawAnswer> {
    return this.post(`/inter/${name}`, JSON.stringify(this.signed(fields)), headers);
  }

  async code(name: CallName, fields: Fields = {}, headers: Record<string, string> = {}): Promise<string> {
    const { text } = await this.call(name, fields, headers);
    return parsed<{ code: string }>(text).code;
  }

  async single(mobile: string, fields: Fields = {}): Promise<Entry> {
    return dataOf<Entry>(await this.call('sendSingleIMS', { mobile, content: 'Hello', ...fields }));
  }

  async batch(imses: readonly Fields[], fields: Fields = {}): Promise<Entry[]> {
    return dataOf<Entry[]>(await this.call('sendBatchIMS', { imses, content: 'Hello', ...fields }));
  }

  async pull(fields: Fields = {}): Promise<Report[]> {
    return dataOf<Report[]>(await this.call('getIMSReport', fields));
  }

  /** Posts any bytes on a connection of their own. Rejects as the connection fails. */
  post(path: string, body: string | Buffer, headers: Record<string, string> = {}, method = 'POST'): Promise<RawAnswer> {
    const agent = new Agent();
    return new Promise<RawAnswer>((resolve, reject) => {
      const outgoing = request(this.simulator.url + path, { method, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, bytes, text: bytes.toString('utf8') });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    }).finally(() => agent.destroy());
  }
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Reads JSON as the type that the test then checks. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names what it expects
export function parsed<T>(json: string): T {
  const value: T = JSON.parse(json);
  return value;
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names what it expects
export function dataOf<T>({ text }: RawAnswer): T {
  const answer = parsed<{ code: string; data: T }>(text);
  if (answer.code !== 'SUCCESS') throw new Error(`answered ${answer.code}`);
  return answer.data;
}

/** Consecutive valid Australian mobiles. */
export function mobiles(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `00${61422118000 + index}`);
}

/** Resolves once the condition holds: for what the other end notices in its own time. Rejects after ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; !condition(); attempt++) {
    if (attempt === 30_000) throw new Error(`waited in vain for ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
