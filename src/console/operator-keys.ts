import { createHash, timingSafeEqual } from 'node:crypto';

/** The operators of the console, each known by the hash of a key. */
export class OperatorKeys {
  private readonly operators: readonly { name: string; hash: Buffer }[];

  /** @param value `name:hash`, separated by commas: what `readEnvironment` has read and checked */
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
