import { gzipSync } from 'node:zlib';
import type { CurrentPush } from '../circumstances/push-settings.js';
import type { SimulatorAccount } from '../options.js';
import { encrypt } from '../wire/cipher.js';

interface PushBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A batch as the customer gets it: packed and encrypted with the account's key, or as the field of a form. */
export function pushBody(reports: readonly unknown[], { form }: CurrentPush, account: SimulatorAccount): PushBody {
  const json = JSON.stringify(reports);
  if (form === 'plain') {
    return {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded;charset=utf-8' },
      body: Buffer.from(new URLSearchParams({ reports: json }).toString()),
    };
  }
  return {
    headers: { appId: account.appId, 'Content-Type': 'application/octet-stream' },
    body: encrypt(gzipSync(json), account.secretKey),
  };
}
