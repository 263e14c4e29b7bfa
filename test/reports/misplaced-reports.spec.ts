import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PROTOCOL_OPTIONS } from 'nestjs-emay-ims';
import type { ResolvedEmayImsOptions } from '../../libs/emay-ims/src/options/module-options.js';
import { PageReader } from '../../libs/emay-ims/src/reports/page/page-reader.js';

const options = { protocol: DEFAULT_PROTOCOL_OPTIONS, http: { maxResponseBytes: 4 * 1024 * 1024 } };
const reader = new PageReader(options as ResolvedEmayImsOptions);
const R = '{"customImsId":"id-1","state":"DELIVRD"}';

const read = (text: string, headerCode?: string) =>
  reader.read({ body: Buffer.from(text), contentType: null, contentEncoding: null, headerCode });

describe('a whole page whose reports stand where none should is not taken for empty', () => {
  it.each([
    `{"code":"SUCCESS","reports":[${R},${R}]}`,
    `{"code":"SUCCESS","Data":[${R}]}`,
    `{"code":"SUCCESS","d\\u0061ta":[${R}]}`,
    `{"code":"SUCCESS","data":null,"list":[${R}]}`,
    `{"reports":[${R}],"code":"SUCCESS","data":""}`,
    `{"code":"SUCCESS","result":{"data":[${R}]}}`,
    `{"code":"SUCCESS","report":${R}}`,
    `{"code":"SUCCESS","data":[],"list":[${R}]}`,
    `{"code":"SUCCESS","data":{"list":[${R}]}}`,
    `{"code":"SUCCESS","data":{"list":[${Array(500).fill(R).join(',')}]}}`,
    `{"code":"SUCCESS","data":[[${R},${R}]]}`,
    `{"code":"SUCCESS","data":[{"list":[${R}]}]}`,
    // Fields that nobody knows.
    '{"code":"SUCCESS","items":[{"id":"id-1","status":"DELIVRD"}]}',
    '{"code":"SUCCESS","items":[["id-1","DELIVRD"]]}',
    '{"code":"SUCCESS","items":["id-1,DELIVRD"]}',
    // Text within the text.
    `{"code":"SUCCESS","reports":${JSON.stringify(`[${R}]`)}}`,
    `{"code":"SUCCESS","data":${JSON.stringify(`[${R}]`)},"data":[]}`,
    `{"code":"SUCCESS","body":"${'A'.repeat(1_000)}"}`,
    // A second answer behind the first.
    `{"code":"SUCCESS","data":[]}{"code":"SUCCESS","data":[${R}]}`,
    `{"code":"SUCCESS"}\n[${R}]`,
    // No JSON.
    `{"code":"SUCCESS",data:[${R}]}`,
    `{"code":"SUCCESS",'data':[${R}]}`,
    `{"code":"SUCCESS","data" [${R}]}`,
    `{"code":"SUCCESS","data":,[${R}]}`,
    `{"code":"SUCCESS","msg":"say "hi"","data":[${R}]}`,
    // A no that hands something out is none.
    `{"code":"ERROR_SIGN","reports":[${R}]}`,
    `{"code":"ERROR_SIGN"}{"code":"SUCCESS","data":[${R}]}`,
  ])('case %#', async (text) => {
    await expect(read(text)).resolves.toMatchObject({ kind: 'unreadable', isWhole: true });
  });

  it.each([`[]{"data":[${R}]}`, `[[${R}]]`])('%s, with its code in the header', async (text) => {
    await expect(read(text, 'SUCCESS')).resolves.toMatchObject({ kind: 'unreadable', isWhole: true });
  });
});

describe('a page of which some reports can be read is applied, and may hold more', () => {
  it.each([
    `{"code":"SUCCESS","data":[${R}],"more":[${R}]}`,
    `{"code":"SUCCESS","data":${R},${R}}`,
    `{"code":"SUCCESS","data":[${R},[${R}]]}`,
    `{"code":"SUCCESS","data":[${R},{"note":"${'x'.repeat(2_000)}"}]}`,
    `{"code":"SUCCESS","data":[${R}]}{"code":"SUCCESS","data":[${R}]}`,
  ])('case %#', async (text) => {
    await expect(read(text)).resolves.toMatchObject({ kind: 'reports', isWhole: true, mayHoldMore: true });
  });
});

describe('what stands beside the data and holds no reports changes nothing', () => {
  it.each([
    ['{"code":"SUCCESS","msg":"ok","extra":{},"data":null,"list":[],"number":500,"requestId":"0123456789abcdef"}', 0],
    ['{"code":"SUCCESS","extra":{ },"more":"[]"}', 0],
    ['{"code":"SUCCESS","data":[],"page":{"total":0,"size":500}}', 0],
    [`{"page":{"total":1,"sizes":[500]},"code":"SUCCESS","data":[${R}]};`, 1],
    ['{"code":"SUCCESS","data":[1,{}]}', 2],
  ])('%s', async (text, items) => {
    const reading = await read(text);
    expect(reading).toMatchObject({ kind: 'reports', items, isWhole: true, mayHoldMore: false });
  });

  it('also of a no', async () => {
    const text = '{"code":"ERROR_SIGN","errors":[{"field":"sign"}],"data":null}';
    await expect(read(text)).resolves.toMatchObject({ kind: 'error', code: 'ERROR_SIGN' });
  });
});
