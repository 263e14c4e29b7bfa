import { gunzipSync } from 'node:zlib';
import { type CharsetName, charsetNamed, decodeText } from './charset.js';
import { decrypt } from './cipher.js';

/** Far above any request that the gateway takes, so that a bomb ends here. */
const MAX_TEXT_BYTES = 8 * 1024 * 1024;

/** What the headers of an encrypted request say of its body. */
export interface SealedForm {
  readonly isPacked: boolean;
  /** `undefined`: one that the gateway does not know. */
  readonly charset: CharsetName | undefined;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** `gzip: on` and `encode`, whatever their case; without `encode` it is UTF-8. */
export function sealedForm({ gzip, encode }: Headers): SealedForm {
  return {
    isPacked:
      String(gzip ?? '')
        .trim()
        .toLowerCase() === 'on',
    charset: encode === undefined || encode === '' ? 'utf-8' : charsetNamed(String(encode)),
  };
}

/** The text of an encrypted body; `undefined`: of another key, damaged, or not packed as its header says. */
export function openSealed(body: Buffer, secretKey: string, { isPacked, charset }: SealedForm): string | undefined {
  const bytes = decrypt(body, secretKey);
  if (!bytes || charset === undefined) return undefined;
  try {
    return decodeText(isPacked ? gunzipSync(bytes, { maxOutputLength: MAX_TEXT_BYTES }) : bytes, charset);
  } catch {
    return undefined;
  }
}
