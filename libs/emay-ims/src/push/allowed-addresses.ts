import { BlockList, isIP } from 'node:net';

/** Who may push, by the address of the socket. */
export class AllowedAddresses {
  private readonly list = new BlockList();

  /** @throws RangeError for what is neither an address nor a network */
  constructor(private readonly listed: readonly string[]) {
    for (const each of listed) this.add(each);
  }

  /** Everybody where none is listed. */
  has(address: string | undefined): boolean {
    if (this.listed.length === 0) return true;
    if (address === undefined) return false;
    // IPv4 on a socket that takes both.
    const plain = address.replace(/^::ffff:(?=[\d.]+$)/i, '').replace(/%.*$/, '');
    const version = isIP(plain);
    return version !== 0 && this.list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
  }

  private add(entry: string): void {
    const [address = '', prefix, ...more] = entry.split('/');
    const version = isIP(address);
    if (version === 0 || more.length > 0) throw new RangeError('no address');
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (prefix === undefined) return this.list.addAddress(address, family);
    if (!/^\d{1,3}$/.test(prefix)) throw new RangeError('no network');
    this.list.addSubnet(address, Number(prefix), family);
  }
}
