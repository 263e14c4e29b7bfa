import { createCipheriv, createDecipheriv } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DEFAULT_ACCOUNT, type SimulatorAccount } from '../options.js';
import type { CallName } from '../wire/call-name.js';
import type { Bench, RawAnswer } from './gateway-caller.js';

interface SecureCall {
  readonly account?: SimulatorAccount;
  /** Default: packed. */
  readonly gzip?: boolean;
  readonly headers?: Record<string, string>;
}

type Fields = Record<string, unknown>;

/** Calls the encrypted interface, by the bench's clock. */
export class SecureCaller {
  constructor(private readonly bench: Bench) {}

  async call(
    name: CallName,
    fields: Fields = {},
    { account = DEFAULT_ACCOUNT, gzip = true, headers }: SecureCall = {},
  ) {
    const json = Buffer.from(JSON.stringify({ requestTime: this.bench.now, requestValidPeriod: 60, ...fields }));
    const body = encrypted(gzip ? gzipSync(json) : json, account.secretKey);
    const head = { appId: account.appId, ...(gzip ? { gzip: 'on' } : {}), ...headers };
    return this.bench.post(`/secure/${name}`, body, head);
  }

  /** The code of a call that must have no body unless it is a `SUCCESS`. */
  async code(name: CallName, fields: Fields = {}, how: SecureCall = {}): Promise<string> {
    const { headers, bytes, status } = await this.call(name, fields, how);
    const code = String(headers.result);
    if (status !== 200 || (code === 'SUCCESS') !== bytes.length > 0) throw new Error(`${code}: ${bytes.length} bytes`);
    return code;
  }

  async data(name: CallName, fields: Fields = {}, how: SecureCall = {}): Promise<unknown> {
    const answer = await this.call(name, fields, how);
    if (answer.headers.result !== 'SUCCESS') throw new Error(`answered ${String(answer.headers.result)}`);
    return opened(answer, how);
  }
}

export function opened(
  { bytes }: Pick<RawAnswer, 'bytes'>,
  { account = DEFAULT_ACCOUNT, gzip = true }: SecureCall = {},
) {
  const plain = decrypted(bytes, account.secretKey);
  return JSON.parse((gzip ? gunzipSync(plain) : plain).toString('utf8')) as unknown;
}

export function encrypted(bytes: Buffer, key: string): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

export function decrypted(bytes: Buffer, key: string): Buffer {
  const decipher = createDecipheriv(`aes-${key.length * 8}-ecb`, key, null);
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}
