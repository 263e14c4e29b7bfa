import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmayImsClosedError, EmayImsModule, EmayImsService, type SendImsDto } from 'nestjs-emay-ims';
import { setTimeout as pause } from 'node:timers/promises';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { openEmbeddedSqlite } from '../../libs/emay-ims/src/schema/embedded-sqlite.js';
import { eventually } from '../support/eventually.js';
import { mobiles } from '../support/gateway-app.js';
import { Workbench } from './workbench.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };
const DECISION = { decision: 'give-up' as const, decidedBy: 'a test', reason: 'because' };

let bench: Workbench;
beforeEach(async () => {
  bench = await Workbench.open();
});
afterEach(() => bench.close());

const start = async (options: Parameters<Workbench['options']>[0] = {}) => {
  const host = await bench.start({ imports: [EmayImsModule.forRoot(bench.options(options))] });
  return { host, ims: host.get(EmayImsService) };
};

async function inFile<T>(work: (database: ImsDatabase) => Promise<T>): Promise<T> {
  const source = await openEmbeddedSqlite(bench.file().path);
  return work(new ImsDatabase(source)).finally(() => source.destroy());
}

describe('a pull by hand, at shutdown', () => {
  it('is waited for: what the gateway has handed out is stored and applied', async () => {
    const { host, ims } = await start();
    await ims.send(MESSAGE);
    bench.simulator.inject({ kind: 'delay', ms: 300, on: ['getIMSReport'] });
    const order: string[] = [];
    const pulled = ims.pullReports().finally(() => order.push('pulled'));
    await eventually(
      () => bench.simulator.handedOut().length,
      (count) => count > 0,
    );
    await host.close().finally(() => order.push('closed'));
    expect(await pulled).toMatchObject({ reports: 1, applied: 1 });
    expect(order).toEqual(['pulled', 'closed']);
    await inFile(async (database) => {
      expect(await database.rows("SELECT id FROM emay_ims_report_batch WHERE state = 'LOST'")).toEqual([]);
      expect(await database.rows('SELECT state FROM emay_ims_message')).toEqual([{ state: 'DELIVERED' }]);
    });
  });

  it('ends between two pages, and says so: what it has not asked for stays at the gateway', async () => {
    const { host, ims } = await start({ reports: { enabled: false, pageSize: 2 } });
    await ims.sendBatch({ content: 'Hello', recipients: mobiles(10).map((mobile) => ({ mobile })) });
    bench.simulator.inject({ kind: 'delay', ms: 200, on: ['getIMSReport'] });
    const pulled = ims.pullReports();
    await eventually(
      () => bench.simulator.handedOut().length,
      (count) => count > 0,
    );
    await host.close();
    const { reports, applied, stoppedBy } = await pulled;
    expect({ applied, stoppedBy }).toEqual({ applied: reports, stoppedBy: 'SHUTTING_DOWN' });
    expect(bench.simulator.pendingReports()).toHaveLength(10 - reports);
    expect(reports).toBeLessThan(10);
  });

  it('that begins when the shutdown has begun asks for nothing, and says so', async () => {
    const { host, ims } = await start();
    await ims.send(MESSAGE);
    await host.get(EmayImsModule).onModuleDestroy();
    expect(await ims.pullReports()).toMatchObject({ pages: 0, stoppedBy: 'SHUTTING_DOWN' });
    expect(bench.simulator.handedOut()).toEqual([]);
    await host.close();
  });
});

type Call = (ims: EmayImsService) => Promise<unknown>;

async function* slowly(messages: readonly SendImsDto[]) {
  for (const message of messages) {
    if (message.customImsId?.endsWith('0')) await pause(5);
    yield message;
  }
}

const MANY = mobiles(2_500).map((mobile, index) => ({ mobile, content: 'Hello', customImsId: `m${index}` }));

describe('a call that is under way when the host closes', () => {
  it.each<[string, Call, unknown]>([
    ['enqueue', async (ims) => (await ims.enqueue(MANY)).length, 2_500],
    ['enqueueStream', (ims) => ims.enqueueStream(slowly(MANY)), expect.objectContaining({ stored: 2_500 })],
    ['purge', (ims) => ims.purge({ olderThanDays: 1 }), expect.objectContaining({ messages: 0 })],
    ['retryFailedEvents', (ims) => ims.retryFailedEvents(), 0],
    [
      'resolveUnconfirmed',
      (ims) => ims.resolveUnconfirmed('doubt', DECISION),
      expect.objectContaining({ state: 'UNKNOWN' }),
    ],
    ['cancel', (ims) => ims.cancel('nobody'), false],
    ['findOne', (ims) => ims.findOne('doubt'), expect.objectContaining({ customImsId: 'doubt' })],
    ['stats', (ims) => ims.stats(), expect.objectContaining({ UNCONFIRMED: 1 })],
    ['pulse', (ims) => ims.pulse(), expect.objectContaining({ account: 'default' })],
  ])('is waited for: %s', async (_, call, expected) => {
    const { host, ims } = await start();
    bench.simulator.inject({ kind: 'reset-after' });
    await ims.send({ ...MESSAGE, customImsId: 'doubt' }).catch(() => undefined);
    const order: string[] = [];
    const called = call(ims).finally(() => order.push('called'));
    await host.close().finally(() => order.push('closed'));
    expect(await called).toEqual(expected);
    expect(order).toEqual(['called', 'closed']);
  });

  it('a stream without an end is not waited for without end: its chunks are kept, and it is told', async () => {
    const { host, ims } = await start();
    async function* endless() {
      for (let number = 0; ; number++) {
        yield { mobile: MESSAGE.mobile, content: `No. ${number}` };
        if (number % 100 === 0) await pause(1);
      }
    }
    let stored = 0;
    const streamed = ims.enqueueStream(endless(), { onProgress: (summary) => (stored = summary.stored) });
    const refusal = streamed.catch((error: unknown) => error);
    await eventually(
      () => stored,
      (count) => count > 0,
    );
    const began = performance.now();
    await host.close();
    expect(performance.now() - began).toBeLessThan(60_000);
    // Not to be repeated as it was: its messages have no ids of the caller's.
    expect(await refusal).toMatchObject({ code: 'EMAY_IMS_CLOSED', retryable: false });
    expect(stored).toBeGreaterThan(0);
    const [row] = await inFile((database) => database.rows('SELECT COUNT(*) AS messages FROM emay_ims_message'));
    expect(row).toEqual({ messages: stored });
  });
});

describe('after close()', () => {
  it.each<[string, Call]>([
    ['send', (ims) => ims.send(MESSAGE)],
    ['sendBatch', (ims) => ims.sendBatch({ content: 'Hello', recipients: [{ mobile: MESSAGE.mobile }] })],
    ['sendPersonalized', (ims) => ims.sendPersonalized({ messages: [MESSAGE] })],
    ['enqueue', (ims) => ims.enqueue([MESSAGE])],
    ['enqueueStream', (ims) => ims.enqueueStream([MESSAGE])],
    ['findOne', (ims) => ims.findOne('one')],
    ['find', (ims) => ims.find()],
    ['stats', (ims) => ims.stats()],
    ['cancel', (ims) => ims.cancel('one')],
    ['pullReports', (ims) => ims.pullReports()],
    ['resolveUnconfirmed', (ims) => ims.resolveUnconfirmed('one', DECISION)],
    ['resolutions', (ims) => ims.resolutions('one')],
    ['pulse', (ims) => ims.pulse()],
    ['status', (ims) => ims.status()],
    ['retryFailedEvents', (ims) => ims.retryFailedEvents()],
    ['purge', (ims) => ims.purge({ olderThanDays: 1 })],
  ])('%s is refused with an error that says so', async (_, call) => {
    const { host, ims } = await start();
    await host.close();
    const refused = call(ims);
    await expect(refused).rejects.toThrow(EmayImsClosedError);
    await expect(refused).rejects.toMatchObject({ code: 'EMAY_IMS_CLOSED', retryable: true });
    await expect(refused).rejects.toThrow(/account "default" is closed/);
    expect(bench.simulator.accepted()).toEqual([]);
  });
});
