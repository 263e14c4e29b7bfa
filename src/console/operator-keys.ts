import { createHash, timingSafeEqual } from 'node:crypto';

/** `name:hash`, separated by commas: a name of letters, digits, `.`, `_`, `@` and `-`; SHA-256 in hex. */
export const OPERATOR_KEYS_FORM = /^[\w.@-]{1,128}:[0-9a-f]{64}(,[\w.@-]{1,128}:[0-9a-f]{64})*$/;

/** The operators of the console, each known by the hash of a key. */
export class OperatorKeys {
  private readonly operators: readonly { name: string; hash: Buffer }[];

  /** @param value in `OPERATOR_KEYS_FORM` */
  constructor(value: string) {
    this.operators = value.split(',').map((each) => {
      const [name = '', hash = ''] = each.split(':');
      return { name, hash: Buffer.from(hash, 'hex') };
    });
  }

  /** Whose key `Authorization: Bearer KEY` shows; `null`: nobody's. */
  operatorOf(authorization: string | undefined): string | null {
    const key = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];
    if (key === undefined) return null;
    const hash = createHash('sha256').update(key).digest();
    // Every hash is compared, so the time tells nothing about which one came close.
    const [operator] = this.operators.filter((each) => timingSafeEqual(each.hash, hash));
    return operator?.name ?? null;
  }
}
