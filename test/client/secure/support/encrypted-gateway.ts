import { createCipheriv, createDecipheriv } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { APP_ID, CIPHER_KEY } from '../../support/client-under-test.js';
import { httpAnswer, type RawRequest, type RawServerBehaviour } from '../../support/raw-server.js';

/** What the client has sent, with packing and cipher taken off. */
export interface OpenedRequest {
  call: string;
  fields: Record<string, unknown> & { imses?: { mobile: string; customImsId: string }[] };
  isPacked: boolean;
  raw: RawRequest;
}

/** What goes back: `data` packed as the request was and encrypted, or `body` as it is. */
export interface EncryptedAnswer {
  /** Of the header `result`; `null`: none. */
  code: string | null;
  data?: unknown;
  body?: Buffer | string;
  status?: string;
  headers?: readonly string[];
}

interface GatewaySettings {
  key?: string;
  now?: () => number;
  /** What a request that does not decrypt is answered. */
  whereUndecipherable?: string;
  reports?: readonly object[];
  /** In place of the gateway's own answer. */
  answer?: (request: OpenedRequest, own: EncryptedAnswer) => EncryptedAnswer;
}

/** AES/ECB/PKCS5 with the bytes of the key. */
export function encrypt(content: Buffer | string, key = CIPHER_KEY): Buffer {
  const cipher = createCipheriv(`aes-${Buffer.byteLength(key) * 8}-ecb`, key, null);
  return Buffer.concat([cipher.update(content as string), cipher.final()]);
}

export function encryptPacked(content: Buffer | string, key = CIPHER_KEY): Buffer {
  return encrypt(gzipSync(content), key);
}

export function decrypt(bytes: Buffer, key = CIPHER_KEY): Buffer {
  const decipher = createDecipheriv(`aes-${Buffer.byteLength(key) * 8}-ecb`, key, null);
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}

/** Its padding is zeros, which PKCS5 never has. */
export function encryptPaddedWrongly(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string);
  const padded = Buffer.concat([bytes, Buffer.alloc(16 - (bytes.length % 16))]);
  return encrypt(padded).subarray(0, -16);
}

/** The encrypted interface as the vendor's page has it, one account, and what is assumed of the three other calls. */
export function encryptedGateway(settings: GatewaySettings = {}): RawServerBehaviour & { opened: OpenedRequest[] } {
  const opened: OpenedRequest[] = [];
  return {
    opened,
    onRequest(socket, raw) {
      const request = open(raw, settings.key ?? CIPHER_KEY);
      if (request) opened.push(request);
      const own = ownAnswer(request, raw, settings);
      const {
        code,
        data,
        body,
        status = '200',
        headers = [],
      } = request ? (settings.answer?.(request, own) ?? own) : own;
      const key = settings.key ?? CIPHER_KEY;
      const content = data === undefined ? '' : JSON.stringify(data);
      const sealed = data === undefined ? '' : request?.isPacked ? encryptPacked(content, key) : encrypt(content, key);
      const lines = code === null ? headers : [`result: ${code}`, ...headers];
      socket.write(httpAnswer(body ?? sealed, { status, headers: lines }));
    },
  };
}

function open(raw: RawRequest, key: string): OpenedRequest | null {
  const [, call = ''] = /^POST \/secure\/(\w+) /.exec(raw.head) ?? [];
  try {
    const content = decrypt(raw.body, key);
    const isPacked = raw.headers.gzip === 'on';
    const text = new TextDecoder('utf-8', { fatal: true }).decode(isPacked ? gunzipSync(content) : content);
    return { call, fields: JSON.parse(text) as OpenedRequest['fields'], isPacked, raw };
  } catch {
    return null;
  }
}

function ownAnswer(request: OpenedRequest | null, raw: RawRequest, settings: GatewaySettings): EncryptedAnswer {
  if (raw.headers.appid !== APP_ID) return { code: 'ERROR_APPID' };
  if (request === null) return { code: settings.whereUndecipherable ?? 'ERROR_PARAMS' };
  const { call, fields } = request;
  const { requestTime, requestValidPeriod } = fields;
  if (!Number.isSafeInteger(requestTime)) return { code: 'ERROR_REQUESTTIME' };
  if (!Number.isSafeInteger(requestValidPeriod)) return { code: 'ERROR_REQUESTVALIDPERIOD' };
  const now = settings.now?.() ?? Date.now();
  if (Number(requestTime) + Number(requestValidPeriod) * 1_000 <= now) return { code: 'ERROR_REQUESTTIME_TIMEOUT' };
  switch (call) {
    case 'sendSingleIMS':
      return fields.mobile === '' ? { code: 'ERROR_MOBILE_EMPTY' } : { code: 'SUCCESS', data: taken(fields, 0) };
    case 'sendBatchIMS':
    case 'sendPersonalityIMS':
      return fields.imses?.length ? { code: 'SUCCESS', data: fields.imses.map(taken) } : { code: 'ERROR_MOBILE_EMPTY' };
    case 'getIMSReport':
      return { code: 'SUCCESS', data: settings.reports ?? [] };
    default:
      return { code: null, status: '404 Not Found' };
  }
}

function taken({ mobile, customImsId }: Record<string, unknown>, index: number) {
  return { mobile, customImsId, imsId: `2018010709302911${index}` };
}
