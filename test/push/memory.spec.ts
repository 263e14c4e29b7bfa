import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ReportIngestor } from '../../libs/emay-ims/src/reports/report-ingestor.js';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { PushApp } from './push-app.js';
import { pushedReport } from './pusher.js';

const MIB = 1024 * 1024;
const PUSHES = 20;

// jest has the collector only where node was told so.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe.each(databasesUnderTest())('pushes that are stored faster than they are applied, on %s', (kind) => {
  let app: PushApp;
  afterEach(() => app.close());

  it('are not kept in memory', async () => {
    app = await PushApp.start(kind);
    const { ingest } = ReportIngestor.prototype;
    let goOn!: () => void;
    const isApplicable = new Promise<void>((resolve) => (goOn = resolve));
    const applying = jest.spyOn(ReportIngestor.prototype, 'ingest').mockImplementation(async function (
      this: ReportIngestor,
      ...page
    ) {
      await isApplicable;
      return ingest.apply(this, page);
    });
    const kept = () => {
      collect();
      return process.memoryUsage().arrayBuffers;
    };
    const before = kept();
    for (let index = 0; index < PUSHES; index++) {
      const long = () => pushedReport(`id-${index}`, { desc: randomBytes(0.035 * MIB).toString('base64') });
      expect(await app.push(Array.from({ length: 20 }, long))).toMatchObject({ status: 200 });
    }
    // All bodies together are 14 MiB, and as much again deciphered.
    await eventually(kept, (bytes) => bytes < before + 8 * MIB);
    expect(applying).toHaveBeenCalledTimes(1);
    goOn();
    await eventually(
      () => app.pages(),
      (pages) => pages.length === PUSHES && pages.every(({ state }) => state === 'APPLIED'),
    );
    applying.mockRestore();
  });
});
