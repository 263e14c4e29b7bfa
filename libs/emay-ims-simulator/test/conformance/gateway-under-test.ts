import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Account, ClosedAccount, Settings } from './settings.js';

export type Call = 'sendSingleIMS' | 'sendBatchIMS' | 'sendPersonalityIMS' | 'getIMSReport';
export const CALLS: readonly Call[] = ['sendSingleIMS', 'sendBatchIMS', 'sendPersonalityIMS', 'getIMSReport'];

export type Fields = Readonly<Record<string, unknown>>;
export type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly bytes: Buffer;
  /** The header `result`, where the encrypted interface has its code. */
  readonly result: string | undefined;
}

export type SecureAnswer = Pick<Answer, 'result' | 'bytes'>;

interface SecureForm {
  readonly account?: Account;
  /** Default: packed. */
  readonly gzip?: boolean;
}

/** Ten report calls a second are allowed; so much between an answer and the next call keeps below that. */
const REPORT_CALL_PAUSE_MS = 110;
const EXCHANGE_MS = 30_000;

/**
 * Talks to the gateway under test, knowing nothing of it but its URL. It signs by this machine's clock.
 * - Every report that any rule pulls is kept, so that one rule's pull does not take another's report away.
 */
export class GatewayUnderTest {
  private readonly received: Fields[] = [];
  private nextReportCallAt = 0;
  private nextMobile = 0;
  private ids = 0;

  constructor(
    private readonly url: string,
    private readonly settings: Settings,
  ) {}

  get account(): Account {
    return this.settings.account;
  }

  get closedAccount(): ClosedAccount {
    assert(this.settings.closedAccount, 'the rule needs a closed account');
    return this.settings.closedAccount;
  }

  /** A number that a message may be sent to; the next one each time. */
  mobile(): string {
    const { mobiles } = this.settings;
    const mobile = mobiles[this.nextMobile++ % mobiles.length];
    assert(mobile, 'the rule needs a number');
    return mobile;
  }

  /** A customImsId that nobody used before. */
  freshId(): string {
    return `c${Date.now().toString(36)}${process.pid.toString(36)}n${++this.ids}`;
  }

  /** `appId`, `timestamp`, `sign` and the fields, which win; those given as `undefined` are left out. */
  signed(fields: Fields, { appId, secretKey } = this.account, timestamp = shanghaiTimestamp()): Fields {
    return { appId, timestamp, sign: md5(appId + secretKey + timestamp), ...fields };
  }

  async code(call: Call, body: Fields, headers: Headers = {}): Promise<unknown> {
    return jsonOf(await this.call(call, body, headers)).code;
  }

  /** The data of a signed call that must succeed. */
  async data(call: Call, fields: Fields): Promise<unknown> {
    const { code, data } = jsonOf(await this.call(call, this.signed(fields)));
    assert.equal(code, 'SUCCESS');
    return data;
  }

  /** Posts a body as it is, signed or not. Report calls keep to the allowed pace. */
  call(call: Call, body: Fields, headers: Headers = {}): Promise<Answer> {
    return this.atPace(call, () => this.post(`/inter/${call}`, JSON.stringify(body), headers));
  }

  /** Calls the encrypted interface with the time of now, valid for a minute, and the fields, which win. */
  secure(call: Call, fields: Fields, { account = this.account, gzip = true }: SecureForm = {}): Promise<Answer> {
    const json = JSON.stringify({ requestTime: Date.now(), requestValidPeriod: 60, ...fields });
    return this.sealed(call, this.seal(json, account, gzip), { account, gzip });
  }

  /** Posts the bytes of an encrypted body as they are. */
  sealed(call: Call, body: Buffer, { account = this.account, gzip = true }: SecureForm = {}): Promise<Answer> {
    const headers = { appId: account.appId, ...(gzip ? { gzip: 'on' } : {}) };
    return this.atPace(call, () => this.post(`/secure/${call}`, body, headers));
  }

  seal(json: string, { secretKey } = this.account, gzip = true): Buffer {
    const cipher = createCipheriv(algorithmOf(secretKey), secretKey, null);
    return Buffer.concat([cipher.update(gzip ? gzipSync(json) : Buffer.from(json)), cipher.final()]);
  }

  /** The data of an encrypted call that must succeed. */
  async secureData(call: Call, fields: Fields, form: SecureForm = {}): Promise<unknown> {
    const { result, bytes } = await this.secure(call, fields, form);
    assert.equal(result, 'SUCCESS');
    const { secretKey } = this.account;
    try {
      const decipher = createDecipheriv(algorithmOf(secretKey), secretKey, null);
      const plain = Buffer.concat([decipher.update(bytes), decipher.final()]);
      return JSON.parse((form.gzip === false ? plain : gunzipSync(plain)).toString('utf8')) as unknown;
    } catch (error) {
      return assert.fail(`${bytes.length} bytes that the key does not open: ${String(error)}`);
    }
  }

  private async atPace(call: Call, post: () => Promise<Answer>): Promise<Answer> {
    if (call !== 'getIMSReport') return post();
    await pause(Math.max(0, this.nextReportCallAt - performance.now()));
    const answer = await post();
    this.nextReportCallAt = performance.now() + REPORT_CALL_PAUSE_MS;
    return answer;
  }

  /** Waits until no report call of this caller counts towards the pace any more. */
  async restReportCalls(): Promise<void> {
    await pause(1_100);
  }

  /** Posts any bytes on a connection of their own. */
  post(path: string, body: string | Buffer, headers: Headers = {}, method = 'POST'): Promise<Answer> {
    const send = this.url.startsWith('https:') ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const options = { method, agent: false, headers, signal: AbortSignal.timeout(EXCHANGE_MS) };
      const outgoing = send(this.url + path, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const { 'content-type': contentType = '', result } = response.headers;
          const status = response.statusCode ?? 0;
          resolve({ status, contentType, text: bytes.toString('utf8'), bytes, result: result?.toString() });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** Writes a request by hand and resolves with what has come back when it holds a JSON object, or the connection ends. */
  writeRequest(head: readonly string[], body: string): Promise<string> {
    const { protocol, hostname, port, host } = new URL(this.url);
    const isTls = protocol === 'https:';
    const target = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (isTls ? 443 : 80)) };
    return new Promise((resolve, reject) => {
      const socket = isTls ? connectTls({ ...target, servername: target.host }) : connectTcp(target);
      let received = '';
      const done = () => {
        socket.destroy();
        resolve(received);
      };
      socket.setTimeout(5_000, done);
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('utf8');
        if (/\{[^]*\}/.test(received)) done();
      });
      socket.on('end', done);
      socket.on('error', reject);
      socket.write(`${head.join('\r\n')}\r\nHost: ${host}\r\n\r\n${body}`);
    });
  }

  /** One report call; what it brings is kept as well. Waits and asks again when somebody else used the pace up. */
  async pull(fields: Fields = {}): Promise<Fields[]> {
    for (let attempt = 1; ; attempt++) {
      const { code, data } = jsonOf(await this.call('getIMSReport', this.signed(fields)));
      if (code === 'ERROR_OVER_SPEED' && attempt < 5) {
        await this.restReportCalls();
        continue;
      }
      assert.equal(code, 'SUCCESS');
      const reports = entriesOf(data ?? []);
      this.received.push(...reports);
      return reports;
    }
  }

  /** The report of a message, pulled until it comes. */
  async reportOf(imsId: unknown): Promise<Fields> {
    const giveUpAt = performance.now() + this.settings.reportWaitMs;
    for (;;) {
      const report = this.received.find((one) => one.imsId === imsId);
      if (report) return report;
      assert(performance.now() < giveUpAt, `no report of ${String(imsId)} in ${this.settings.reportWaitMs} ms`);
      await this.pull();
    }
  }

  /** Gives the gateway the time to queue the reports that it makes itself. */
  async settle(): Promise<void> {
    await pause(this.settings.settleMs);
  }
}

const algorithmOf = (secretKey: string) => `aes-${Buffer.byteLength(secretKey) * 8}-ecb`;

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

const SHANGHAI_MS = 8 * 3_600_000;

/** `yyyyMMddHHmmss` in Shanghai, so many milliseconds from now. */
export function shanghaiTimestamp(shiftMs = 0): string {
  return new Date(Date.now() + SHANGHAI_MS + shiftMs).toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

/** `yyyy-MM-dd HH:mm:ss` in Shanghai to epoch milliseconds. */
export function shanghaiTime(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`) - SHANGHAI_MS;
}

/** The answer as a JSON object. */
export function jsonOf({ status, text }: Pick<Answer, 'status' | 'text'>): Fields {
  try {
    const value: unknown = JSON.parse(text);
    assert(isObject(value));
    return value;
  } catch {
    return assert.fail(`HTTP ${status} without a JSON object: ${text.slice(0, 200)}`);
  }
}

export function objectOf(value: unknown): Fields {
  assert(isObject(value), `no object: ${JSON.stringify(value)}`);
  return value;
}

export function entriesOf(value: unknown): Fields[] {
  assert(Array.isArray(value), `no array: ${JSON.stringify(value)}`);
  return value.map(objectOf);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
