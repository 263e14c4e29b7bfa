import { gzipSync } from 'node:zlib';
import { chanceOf } from './chance.js';

/** Pages as no gateway should make them, each of so many bytes. */
export function absurdPages(bytes: number): Record<string, Buffer> {
  const list = (item: string) => answer(`${item},`.repeat(Math.floor(bytes / (item.length + 1))).slice(0, -1));
  const numbered = (item: (index: number) => string) => {
    const { length } = item(1_000_000);
    return answer(Array.from({ length: Math.floor(bytes / (length + 1)) }, (_, index) => item(index)).join(','));
  };
  const report = (index: number) => `{"customImsId":"absurd-${index}","state":"DELIVRD","desc":"成功"}`;
  return {
    numbers: list('1'),
    lists: list('[]'),
    objects: list('{}'),
    'objects in objects': list('{"a":{"b":{"c":[]}}}'),
    'one long text': answer(JSON.stringify('x'.repeat(bytes))),
    'one long report': answer(`{"customImsId":"absurd-1","state":"DELIVRD","desc":"${'好'.repeat(bytes / 3)}"}`),
    depth: answer('['.repeat(bytes)),
    'reports of strangers': numbered(report),
    "reports that tell the gateway's id alone": numbered((index) => `{"imsId":"${index}","state":"DELIVRD"}`),
    'the same report': list(report(1)),
    'a quote too many in front': answer(`{"desc":"a"b"},${report(1)},`.repeat(Math.floor(bytes / 100))),
    'blanks within a damaged item': answer(`{"desc":]${' '.repeat(bytes)}x},${report(1)}`),
    'blanks within a damaged item that is cut': Buffer.from(`{"code":"SUCCESS","data":[{"desc":]${' '.repeat(bytes)}x`),
    blanks: Buffer.alloc(bytes, ' '),
    noughts: Buffer.alloc(bytes),
    'no text': Buffer.alloc(bytes, Buffer.from('f3a1c8e90b7d', 'hex')),
    'nothing that can be packed': noise(bytes),
    'packed blanks': gzipSync(Buffer.alloc(64 * bytes, ' '), { level: 9 }),
    'packed reports, too many': gzipSync(
      Buffer.from(`{"code":"SUCCESS","data":[${`${report(1)},`.repeat(bytes / 10)}]}`),
    ),
  };
}

function noise(bytes: number): Buffer {
  const choose = chanceOf(bytes);
  const octets = Array.from({ length: 256 }, (_, octet) => octet);
  return Buffer.from(Uint8Array.from({ length: bytes }, () => choose(octets)));
}

function answer(items: string): Buffer {
  return Buffer.from(`{"code":"SUCCESS","data":[${items}]}`);
}
