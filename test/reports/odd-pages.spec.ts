import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  EmayImsModule,
  EmayImsService,
  EmayImsValidationError,
  type EmayImsEvent,
  type EmayImsModuleOptions,
} from 'nestjs-emay-ims';
import type { DataSource } from 'typeorm';
import { AccountCircuit } from '../../libs/emay-ims/src/engine/account-circuit.js';
import { IMS_TABLES } from '../../libs/emay-ims/src/database/table-names.js';
import { ReportIngestor } from '../../libs/emay-ims/src/reports/report-ingestor.js';
import { ReportPoller } from '../../libs/emay-ims/src/reports/report-poller.js';
import { ReportSpool } from '../../libs/emay-ims/src/reports/report-spool.js';
import { createTestDatabase, databasesUnderTest, dialectOf, type TestDatabase } from '../support/databases.js';
import { mobiles, QUIET } from '../support/gateway-app.js';
import { gb18030 } from './gb18030.js';
import { breaksOff, pageOf, says, startPageServer, type PageServer } from './page-server.js';

const COUNT = 50;
/** With a yes, but no list of reports. */
const UNREADABLE = '{"code":"SUCCESS","page":{"total":0}}';

describe.each(databasesUnderTest())('a page of reports that is odd, on %s', (kind) => {
  let server: PageServer;
  let database: TestDatabase;
  let folder: string;
  let look: DataSource;
  let module: TestingModule;
  let ims: EmayImsService;
  let events: EmayImsEvent[];
  // To migrate one for each of so many tests takes longer than the tests.
  beforeAll(async () => {
    database = await createTestDatabase(kind);
    look = await database.open();
  });
  afterAll(async () => {
    await look.destroy();
    await database.drop();
  });
  beforeEach(async () => {
    for (const table of IMS_TABLES) await look.query(`DELETE FROM ${table}`);
    server = await startPageServer();
    folder = await mkdtemp(join(tmpdir(), 'emay-ims-'));
    events = [];
    await start();
    await ims.enqueue(
      mobiles(COUNT).map((mobile, index) => ({ mobile, content: 'Hello', customImsId: `id-${index}` })),
    );
    // As after they were handed over.
    await look.query(
      "UPDATE emay_ims_message SET state = 'ACCEPTED', attempt = 'a', attempts = 1, accepted_at = created_at",
    );
    await look.query(
      `INSERT INTO emay_ims_attempt (account, attempt, id, ends_at, due_at, ids)
       SELECT account, 'a', id, due_at, 8000000000000, ids FROM emay_ims_due`,
    );
    await look.query('DELETE FROM emay_ims_due');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await module.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (maxResponseBytes = 4 * 1024 * 1024, protocol: EmayImsModuleOptions['protocol'] = {}) => {
    module = await Test.createTestingModule({
      imports: [
        ...(database.typeOrmOptions ? [TypeOrmModule.forRoot(database.typeOrmOptions)] : []),
        EmayImsModule.forRoot({
          baseUrl: server.url,
          appId: 'APP',
          secretKey: 'KEY',
          database: database.moduleOptions,
          ...QUIET,
          protocol,
          http: { timeoutMs: 5_000, maxResponseBytes },
          reports: { enabled: false, spoolPath: folder, pageSize: COUNT },
        }),
      ],
    })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    await module.init();
    ims = module.get(EmayImsService);
    ims.events$.subscribe((event) => events.push(event));
  };
  const report = (index: number, more: object = {}) => ({
    customImsId: `id-${index}`,
    state: 'DELIVRD',
    desc: '成功',
    receiveTime: '2023-07-31 14:36:05',
    ...more,
  });
  const reports = (count = COUNT) => Array.from({ length: count }, (_, index) => report(index));
  const told = (type: EmayImsEvent['type']) => events.filter((event) => event.type === type);
  const delivered = async () => (await ims.stats()).DELIVERED;
  const pages = async (): Promise<Record<string, unknown>[]> =>
    look.query('SELECT id, state, reports, lost, attempts FROM emay_ims_report_batch ORDER BY id');

  it.each([
    [
      'packed although nobody asked for it',
      gzipSync(pageOf(Array.from({ length: 3 }, (_, index) => report(index)))),
      {},
    ],
    [
      'in GB18030',
      gb18030(pageOf(Array.from({ length: 3 }, (_, index) => report(index)))),
      { 'Content-Type': 'text/plain' },
    ],
  ])('is applied where it comes %s', async (_how, body, headers) => {
    server.answers.push(says(body, headers));
    expect(await ims.pullReports()).toMatchObject({ reports: 3, applied: 3, lost: 0, stoppedBy: null });
    expect((await ims.findOne('id-1'))?.reportDescription).toBe('成功');
    expect(await pages()).toMatchObject([{ state: 'APPLIED' }]);
  });

  it('gives what is whole where the connection breaks off, and tells how many may be lost', async () => {
    const body = Buffer.from(pageOf(reports()));
    server.answers.push(breaksOff(body, Math.floor(body.length * 0.6)));
    const pulled = await ims.pullReports();
    expect(pulled).toMatchObject({ reports: 29, applied: 29, lost: COUNT - 29, stoppedBy: 'ECONNRESET' });
    expect(await delivered()).toBe(29);
    expect(await ims.status()).toMatchObject({ possibleLosses: 1, lostReportsAtMost: COUNT - 29 });
    expect(events).toContainEqual(expect.objectContaining({ type: 'reports.possible-loss', atMost: COUNT - 29 }));
    expect(await pages()).toMatchObject([{ state: 'LOST', reports: 29, lost: COUNT - 29 }]);
  });

  it('gives what is whole of one that is too long, and of one that the gateway itself has cut', async () => {
    await module.close();
    await start(4_096);
    server.answers.push(says(pageOf(reports())), says(pageOf(reports().toReversed()).slice(0, 2_000)));
    const tooLong = await ims.pullReports();
    expect(tooLong).toMatchObject({ stoppedBy: 'OVERSIZE', lost: COUNT - tooLong.applied });
    expect(tooLong.applied).toBeGreaterThan(30);
    const cut = await ims.pullReports();
    expect(cut).toMatchObject({ stoppedBy: 'CUT_SHORT', lost: COUNT - cut.reports });
    expect(cut.applied).toBe(COUNT - tooLong.applied);
  });

  it.each([
    ['SUCCESS', '', { reports: 0, stoppedBy: null }, []],
    ['SUCCESS', '[]', { reports: 0, stoppedBy: null }, []],
    [' SUCCESS ', ' \r\n', { reports: 0, stoppedBy: null }, []],
    ['SUCCESS', JSON.stringify([report(0), report(1)]), { applied: 2, stoppedBy: null }, ['APPLIED']],
    ['SUCCESS', `${JSON.stringify([report(0)]).slice(0, -1)},{"cus`, { applied: 1, stoppedBy: 'CUT_SHORT' }, ['LOST']],
    ['SUCCESS', '[{"customImsId"', { lost: COUNT, stoppedBy: 'CUT_SHORT' }, ['LOST']],
    ['SUCCESS', gzipSync('[]'), { reports: 0, stoppedBy: null }, ['APPLIED']],
    // A no that holds nothing is a no; whatever it holds is kept.
    ['ERROR_APPID', '', { reports: 0, stoppedBy: 'ERROR_APPID' }, []],
    ['ERROR_APPID', 'null', { reports: 0, stoppedBy: 'ERROR_APPID' }, []],
    ['ERROR_NEW', '', { reports: 0, stoppedBy: 'ERROR_NEW' }, ['UNREADABLE']],
    ['ERROR_APPID', JSON.stringify([report(0)]), { applied: 1, stoppedBy: 'ERROR_APPID' }, ['APPLIED']],
    ['ERROR_APPID', JSON.stringify({ data: [report(0)] }), { applied: 1, stoppedBy: 'ERROR_APPID' }, ['APPLIED']],
    ['ERROR_APPID', '[{"customImsId"', { lost: COUNT, stoppedBy: 'CUT_SHORT' }, ['LOST']],
    ['ERROR_APPID', '<html>', { lost: COUNT, stoppedBy: 'UNREADABLE' }, ['LOST']],
    ['ERROR_APPID', '{"reports":[1]}', { lost: COUNT, stoppedBy: 'UNREADABLE' }, ['LOST']],
    ['ERROR_APPID', Buffer.from([0x1f, 0x8b, 0x08, 0, 0xff]), { lost: COUNT, stoppedBy: 'UNREADABLE' }, ['LOST']],
    // The body knows better.
    ['ERROR_APPID', pageOf([report(0)]), { applied: 1, stoppedBy: null }, ['APPLIED']],
    ['ERROR_APPID', pageOf([]), { reports: 0, stoppedBy: null }, []],
    ['SUCCESS', '{"code":"ERROR_SIGN"}', { reports: 0, stoppedBy: 'ERROR_SIGN' }, []],
    ['', '', { lost: COUNT, stoppedBy: 'UNREADABLE' }, ['LOST']],
  ])('is read with the code in its header, %j, where %j has none', async (result, body, pulled, states) => {
    server.answers.push(says(body, { result }));
    expect(await ims.pullReports()).toMatchObject(pulled);
    expect((await pages()).map(({ state }) => state)).toEqual(states);
  });

  it('may be lost where its header says yes, and the connection ends before its body', async () => {
    server.answers.push((response) => void response.socket?.end('HTTP/1.1 200 OK\r\nresult: SUCCESS\r\n\r\n'));
    expect(await ims.pullReports()).toMatchObject({ lost: COUNT, stoppedBy: 'CUT_SHORT' });
    expect(await ims.status()).toMatchObject({ possibleLosses: 1, lostReportsAtMost: COUNT });
  });

  it('loses nothing where only the end of the answer is missing', async () => {
    const body = Buffer.from(pageOf(reports()));
    server.answers.push(breaksOff(Buffer.concat([body, Buffer.from('     ')]), body.length));
    expect(await ims.pullReports()).toMatchObject({ applied: COUNT, lost: 0, stoppedBy: 'ECONNRESET' });
    expect(await pages()).toMatchObject([{ state: 'APPLIED' }]);
  });

  it('is set aside where it can never be applied, and stops none behind it; then it is tried again', async () => {
    const poison = { sqlite: sqliteTrigger, postgres: postgresTrigger, mysql: mysqlTrigger }[dialectOf(kind)];
    for (const statement of poison.make) await look.query(statement);
    server.answers.push(says(pageOf([report(0), report(1)])));
    expect(await ims.pullReports()).toMatchObject({ applied: 0, stoppedBy: null });
    server.answers.push(says(pageOf([report(2)])));
    expect(await ims.pullReports()).toMatchObject({ applied: 1, stoppedBy: null });
    for (let round = 0; round < 3; round++) await ims.pullReports();
    expect(await ims.status()).toMatchObject({ setAsidePages: 1 });
    expect(events).toContainEqual(expect.objectContaining({ type: 'reports.set-aside' }));
    const [kept] = await ims.reportPages();
    expect(kept).toMatchObject({ why: 'set-aside', attempts: 5, failure: expect.any(String) });

    for (const statement of poison.drop) await look.query(statement);
    await expect(ims.retryReportPages({ pullId: 'nobody' })).rejects.toThrow(EmayImsValidationError);
    expect(await ims.retryReportPages({ pullId: kept!.pullId })).toBe(1);
    expect(await ims.pullReports()).toMatchObject({ applied: 2 });
    expect(await ims.reportPages()).toEqual([]);
    expect(await delivered()).toBe(3);
  });

  it.each([
    ['under another name', { code: 'SUCCESS', data: null, reports: ['R', 'R'] }],
    ['one floor deeper', { code: 'SUCCESS', data: { list: ['R', 'R'] } }],
  ])('is kept, told and not taken for empty where its reports stand %s', async (_where, answer) => {
    const body = JSON.stringify(answer).replaceAll('"R"', JSON.stringify(report(0)));
    server.answers.push(says(body), says(pageOf([report(1)])));
    expect(await ims.pullReports()).toMatchObject({ applied: 1, quarantined: 0, stoppedBy: 'UNREADABLE' });
    expect(await ims.status()).toMatchObject({ unreadablePages: 1 });
    const [kept] = (await look.query("SELECT body FROM emay_ims_report_batch WHERE state = 'UNREADABLE'")) as object[];
    expect(kept).toEqual({ body });
  });

  it('is kept, and its reports applied, where one of its items holds more', async () => {
    server.answers.push(says(pageOf([report(0), { list: [report(1)] }])));
    const pulled = await ims.pullReports();
    expect(pulled).toMatchObject({ reports: 2, applied: 1, quarantined: 1, stoppedBy: 'UNREADABLE' });
    expect(await pages()).toMatchObject([{ state: 'UNREADABLE', reports: 2 }]);
  });

  it('that holds reports nobody can read is kept with its bytes, shown, and deleted only by a person', async () => {
    server.answers.push(says(JSON.stringify({ reports: [report(0)] })));
    expect(await ims.pullReports()).toMatchObject({ reports: 0, lost: 0, stoppedBy: 'UNREADABLE' });
    const [kept] = await ims.reportPages();
    expect(kept).toMatchObject({ why: 'unreadable', storedAt: expect.any(Date) });
    await ims.discardReportPage(kept!.pullId);
    expect(await pages()).toEqual([]);
    await expect(ims.discardReportPage(kept!.pullId)).rejects.toThrow(EmayImsValidationError);
  });

  it.each([
    ['HTML', '<html>Blocked</html>'],
    ['JSON without a code', '{"status":"blocked"}'],
    ['an empty body', ''],
    ['the beginning of a code', '{"code":"SUCC'],
    ['bytes that do not unpack', Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0xff, 0xff, 0x00, 0x01])],
  ])('may be lost where %s came in its place, whatever the network says, each time', async (_what, body) => {
    for (let call = 1; call <= 4; call++) {
      server.answers.push(says(body));
      expect(await ims.pullReports()).toMatchObject({ reports: 0, lost: COUNT, stoppedBy: 'UNREADABLE' });
      expect(await ims.status()).toMatchObject({ possibleLosses: call, lostReportsAtMost: call * COUNT });
      expect(told('reports.possible-loss')).toHaveLength(call);
    }
    expect(told('reports.possible-loss')).toContainEqual(expect.objectContaining({ atMost: COUNT }));
    // Of the same bytes, the newest.
    const kept = 'SELECT id FROM emay_ims_report_batch WHERE body IS NOT NULL OR raw IS NOT NULL';
    const [newest, ...others] = ((await look.query(kept)) as { id: string }[]).map(({ id }) => id);
    expect([newest, others]).toEqual([(await pages()).at(-1)?.id, []]);
    // Tried again by a person, it is lost once.
    if (body.length > 0) {
      expect(await ims.retryReportPages({ pullId: newest! })).toBe(1);
      expect(await ims.pullReports()).toMatchObject({ lost: COUNT, stoppedBy: null });
      expect(told('reports.possible-loss')).toHaveLength(4);
    }
    expect(await ims.status()).toMatchObject({ possibleLosses: 4 });
  });

  it("of a thousand reports that tell the gateway's id alone is applied", async () => {
    await look.query("UPDATE emay_ims_message SET ims_id = 'gateway-7' WHERE custom_ims_id = 'id-7'");
    const bare = Array.from({ length: 40_000 }, (_, index) => ({ imsId: `gateway-${index}`, state: 'DELIVRD' }));
    server.answers.push(says(pageOf(bare.slice(0, 4_000))));
    expect(await ims.pullReports()).toMatchObject({ reports: 4_000, applied: 1, orphaned: 3_999 });
  });

  it('of many items that are no reports is kept in bounds, and its neighbour is applied', async () => {
    // The first two are the same: kept each.
    const items = Array.from({ length: 20_000 }, (_, index) => Math.max(1, index));
    server.answers.push(says(`{"code":"SUCCESS","data":[${items.join(',')},${JSON.stringify(report(3))}]}`));
    server.answers.push(says(pageOf([report(4)])));
    expect(await ims.pullReports()).toMatchObject({ reports: 20_002, applied: 2, quarantined: 20_000 });
    const [row] = (await look.query('SELECT COUNT(*) AS kept FROM emay_ims_report')) as { kept: number | string }[];
    expect(Number(row?.kept)).toBe(1_000);
    expect(await ims.reportPages()).toMatchObject([{ why: 'unreadable' }]);
    expect(await pages()).toMatchObject([{ state: 'UNREADABLE', reports: 20_001 }, { state: 'APPLIED' }]);
  });

  /** As a release that reads what this one does not. */
  const upgrade = () => look.query(`UPDATE emay_ims_report_batch SET body = REPLACE(body, '"State"', '"state"')`);
  const quarantined = () => look.query("SELECT batch_id FROM emay_ims_report WHERE status = 'QUARANTINED'");

  it.each(['whole', 'cut'])('gives its quarantined report once it can be read, where it came %s', async (how) => {
    const stranger = report(0, { customImsId: 'of-nobody' });
    const page = pageOf([report(0), stranger, { customImsId: 'id-1', State: 'DELIVRD' }, { customImsId: 'id-2' }]);
    server.answers.push(says(how === 'cut' ? page.slice(0, -2) : page));
    expect(await ims.pullReports()).toMatchObject({ applied: 1, orphaned: 1, quarantined: 2 });
    const [{ batch_id: pullId }] = await quarantined();
    expect(await ims.retryReportPages()).toBe(0);

    await upgrade();
    expect(await ims.retryReportPages({ pullId })).toBe(1);
    expect(await ims.pullReports()).toMatchObject({ reports: 4, applied: 1, quarantined: 1 });
    expect(await delivered()).toBe(2);
    expect(await ims.status()).toMatchObject({ orphanedReports: 1, quarantinedReports: 1 });
    expect(await pages()).toMatchObject([{ state: how === 'cut' ? 'LOST' : 'APPLIED' }]);
    expect(await ims.retryReportPages({ pullId })).toBe(1);
    await look.query(`UPDATE emay_ims_report_batch SET body = REPLACE(body, '"id-2"', '"id-2","state":"DELIVRD"')`);
    expect(await ims.pullReports()).toMatchObject({ applied: 1, quarantined: 0 });
    expect(told('report.orphaned')).toMatchObject([{ position: 1 }]);
    expect(told('reports.possible-loss')).toHaveLength(how === 'cut' ? 1 : 0);
    await expect(ims.retryReportPages({ pullId })).rejects.toThrow(EmayImsValidationError);
  });

  it.each(['by its id', 'with all others'])('of many bad items is read from its beginning again, %s', async (how) => {
    const items = [{ customImsId: 'id-1', State: 'DELIVRD' }, ...Array.from({ length: 1_200 }, (_, index) => index)];
    server.answers.push(says(pageOf(items)));
    expect(await ims.pullReports()).toMatchObject({ applied: 0, quarantined: 1_201 });
    const [{ batch_id: pullId }] = await quarantined();

    await upgrade();
    expect(await ims.retryReportPages(how === 'by its id' ? { pullId } : {})).toBe(1);
    expect(await ims.pullReports()).toMatchObject({ reports: 1_201, applied: 1, quarantined: 1_200 });
    expect(await quarantined()).toHaveLength(1_000);
    expect(await ims.reportPages()).toMatchObject([{ pullId, why: 'unreadable' }]);
  });

  it('waits in its file, and is shown, where that is not whole', async () => {
    await writeFile(join(folder, 'default~0190.page'), '{"length":99}\n{"code":');
    await writeFile(join(folder, 'default~0191.part'), '{"length":99}\n{"code":');
    await ims.pullReports();
    expect(await ims.status()).toMatchObject({ spooledPages: 1 });
    expect(await ims.reportPages()).toMatchObject([{ pullId: '0190', why: 'spool-set-aside' }]);
    await ims.discardReportPage('0190');
    expect(await readdir(folder)).toEqual(['default~0191.part']);
  });

  it.each([
    ['a file', async (path: string) => writeFile(path, 'no folder'), 'ENOTDIR'],
    ['a link that leads nowhere', async (path: string) => symlink(path, path), 'ELOOP'],
  ])('comes and is applied, and a person is told, where the spool folder is %s', async (_what, spoil, code) => {
    await rm(folder, { recursive: true });
    await spoil(folder);
    server.answers.push(says(pageOf([report(0), report(1)])));
    expect(await ims.pullReports()).toMatchObject({ applied: 2, stoppedBy: null });
    expect(await ims.status()).toMatchObject({ spooledPages: 0, spoolFailure: code });
    expect(await ims.reportPages()).toEqual([]);
    expect(await ims.retryReportPages()).toBe(0);
    await expect(ims.discardReportPage('0190')).rejects.toThrow(EmayImsValidationError);
    await rm(folder);
    await mkdir(folder);
    expect(await ims.pulse()).toMatchObject({ spoolFailure: null });
  });

  it('stays set aside, and the other one is tried again, where its file cannot be moved', async () => {
    await writeFile(join(folder, 'default~0190.page.aside'), '{"length":99}\n{"code":');
    server.answers.push(says(JSON.stringify({ reports: [report(0)] })));
    await ims.pullReports();
    const failure = Object.assign(new Error(`EROFS, rename '${folder}'`), { code: 'EROFS' });
    for (const step of ['takeBack', 'remove'] as const) {
      jest.spyOn(ReportSpool.prototype, step).mockRejectedValue(failure);
    }
    expect(await ims.retryReportPages()).toBe(1);
    await expect(ims.retryReportPages({ pullId: '0190' })).rejects.toMatchObject({ driverCode: 'EROFS' });
    await expect(ims.discardReportPage('0190')).rejects.toMatchObject({ driverCode: 'EROFS' });
    expect(await ims.reportPages()).toMatchObject([{ pullId: '0190', why: 'spool-set-aside' }]);
  });

  it('is told from what else lies in the spool folder', async () => {
    await mkdir(join(folder, 'default~0190.page'));
    await mkdir(join(folder, 'default~0191.page.aside'));
    await writeFile(join(folder, 'somebody~0192.page'), 'of another account');
    await writeFile(join(folder, 'notes.txt'), 'of nobody');
    await symlink(join(folder, 'gone'), join(folder, 'default~0193.page'));
    server.answers.push(says(pageOf([report(0)])));
    expect(await ims.pullReports()).toMatchObject({ applied: 1, stoppedBy: null });
    expect(await ims.status()).toMatchObject({ spooledPages: 0, spoolFailure: null });
    await expect(ims.discardReportPage('0191')).rejects.toThrow(EmayImsValidationError);
    expect(await readdir(folder)).toHaveLength(5);
  });

  it('is applied, and its code told, where the gateway says no and hands out reports all the same', async () => {
    server.answers.push(says(JSON.stringify({ code: 'ERROR_PARAMS', data: [report(0), report(1)] })));
    expect(await ims.pullReports()).toMatchObject({ reports: 2, applied: 2, lost: 0, stoppedBy: 'ERROR_PARAMS' });
    expect(await pages()).toMatchObject([{ state: 'APPLIED', reports: 2 }]);
  });

  it('does not keep those behind it at the gateway where it is cut or unreadable', async () => {
    server.answers.push(says(pageOf(reports()).slice(0, 2_000)), says(UNREADABLE), says(pageOf([report(COUNT - 1)])));
    const pulled = await ims.pullReports();
    expect(pulled).toMatchObject({ pages: 3, stoppedBy: 'CUT_SHORT' });
    expect((await ims.findOne(`id-${COUNT - 1}`))?.state).toBe('DELIVERED');
    expect(await pages()).toMatchObject([{ state: 'LOST' }, { state: 'UNREADABLE' }, { state: 'APPLIED' }]);
  });

  it('is asked for only a few times where none can be read', async () => {
    for (let call = 0; call < 20; call++) server.answers.push(says(UNREADABLE));
    expect(await ims.pullReports()).toMatchObject({ lost: 0, stoppedBy: 'UNREADABLE' });
    expect(server.calls()).toBe(3);
  });

  it('is not asked for again at once where something else has come in its place', async () => {
    for (let call = 0; call < 3; call++) server.answers.push(says('<html>Blocked</html>'));
    expect(await ims.pullReports()).toMatchObject({ pages: 1, lost: COUNT, stoppedBy: 'UNREADABLE' });
    expect(server.calls()).toBe(1);
    expect(await ims.status()).toMatchObject({ possibleLosses: 1, lostReportsAtMost: COUNT });
  });

  it('is asked for only a few times while the gateway says that this is too fast', async () => {
    for (let call = 0; call < 20; call++) server.answers.push(says('{"code":"ERROR_OVER_SPEED"}'));
    expect(await ims.pullReports()).toMatchObject({ stoppedBy: 'ERROR_OVER_SPEED' });
    expect(server.calls()).toBe(3);
    expect(await pages()).toEqual([]);
  });

  it('is waited for no longer once the gateway answers again, also where full ones follow', async () => {
    const poller = ReportPoller.prototype as unknown as { wait(forMs: number): Promise<void> };
    const wait = jest.spyOn(poller, 'wait').mockResolvedValue();
    const full = reports();
    const following = [full, full.toReversed(), [report(0)]].map((page) => says(pageOf(page)));
    server.answers.push(says('{"code":"ERROR_OVER_SPEED"}'), ...following);
    expect(await ims.pullReports()).toMatchObject({ pages: 4, reports: 2 * COUNT + 1, stoppedBy: null });
    expect(wait.mock.calls).toEqual([[1_000]]);
  });

  it('is not kept where it is a code of which the host says that nothing is handed out with it', async () => {
    await module.close();
    await start(undefined, {
      answerCodes: { ERROR_A: 'hold', ERROR_B: 'pace', ERROR_C: 'refused', ERROR_D: 'unconfirmed' },
    });
    for (const code of ['ERROR_A', 'ERROR_B', 'ERROR_C', 'ERROR_D']) {
      // One is seen at once to hold nothing, the other after it was stored.
      server.answers.push(says(JSON.stringify({ code })), says(JSON.stringify({ code, message: 'no' })));
      for (let call = 0; call < 2; call++) expect(await ims.pullReports()).toMatchObject({ stoppedBy: code });
    }
    expect(await ims.status()).toMatchObject({ unreadablePages: 2 });
    expect((await look.query('SELECT body FROM emay_ims_report_batch')) as unknown[]).toHaveLength(2);
  });

  it('opens the circuit for a refused account where its code means that by the host', async () => {
    await module.close();
    await start(undefined, { answerCodes: { ERROR_A: 'hold' } });
    server.answers.push(says('{"code":"ERROR_A"}'));
    const circuit = jest.spyOn(AccountCircuit.prototype, 'failed');
    await ims.perform(({ poller }) => (poller as ReportPoller).pullOnSchedule());
    expect(circuit.mock.calls).toEqual([['ERROR_A', true]]);
  });

  it('that cannot be read and comes again and again is kept once, the newest', async () => {
    const known = async () => (await pages()).map(({ id }) => id);
    const codes = ['ERROR_NEW', 'ERROR_NEW', 'ERROR_OTHER', 'ERROR_NEW', 'ERROR_NEW'];
    const seen: number[] = [];
    for (const code of codes) {
      server.answers.push(says(JSON.stringify({ code })));
      expect(await ims.pullReports()).toMatchObject({ stoppedBy: code });
      seen.push((await known()).length);
    }
    expect(seen).toEqual([1, 1, 2, 3, 3]);
    for (let call = 0; call < 6; call++) server.answers.push(says(UNREADABLE));
    for (let call = 0; call < 2; call++) expect(await ims.pullReports()).toMatchObject({ stoppedBy: 'UNREADABLE' });
    expect(await known()).toHaveLength(4);
  });

  it('is no matter of chance where the gateway refuses it again and again', async () => {
    for (let call = 0; call < 4; call++) server.answers.push(says('{"code":"ERROR_PARAMS","data":""}'));
    for (let call = 0; call < 4; call++) {
      expect((await ims.pulse()).reportsBlockedFor).toBe(call < 3 ? null : 'ERROR_PARAMS');
      expect(await ims.pullReports()).toMatchObject({ stoppedBy: 'ERROR_PARAMS' });
    }
    expect(events.filter(({ type }) => type === 'reports.blocked')).toMatchObject([{ reason: 'ERROR_PARAMS' }]);
    await ims.pullReports();
    expect((await ims.pulse()).reportsBlockedFor).toBeNull();
  });

  it('ends the pull where it comes again and again, full and the same each time, and says what is in the way', async () => {
    const full = says(pageOf(Array.from({ length: 500 }, (_, index) => report(index % COUNT))));
    // One that the gateway has put back comes twice: that is no more than a duplicate.
    server.answers.push(full, full, says(pageOf([report(0)])));
    expect(await ims.pullReports()).toMatchObject({ pages: 3, stoppedBy: null });
    for (let call = 0; call < 20; call++) server.answers.push(full);
    expect(await ims.pullReports()).toMatchObject({ pages: 3, stoppedBy: 'REPEATED_PAGE' });
    expect(await ims.pullReports()).toMatchObject({ pages: 1, stoppedBy: 'REPEATED_PAGE' });
    expect((await ims.pulse()).reportsBlockedFor).toBe('REPEATED_PAGE');
    expect(events.filter(({ type }) => type === 'reports.blocked')).toMatchObject([{ reason: 'REPEATED_PAGE' }]);
    server.answers.length = 0;
    expect(await ims.pullReports()).toMatchObject({ stoppedBy: null });
    expect((await ims.pulse()).reportsBlockedFor).toBeNull();
  });

  it.each([2, 3])('ends the pull where %p full ones come in turns, again and again', async (count) => {
    const full = (page: number) =>
      says(pageOf(Array.from({ length: 500 }, (_, index) => report(index === 0 ? page : index % COUNT))));
    for (let call = 0; call < 20 * count; call++) server.answers.push(full(call % count));
    expect(await ims.pullReports()).toMatchObject({ pages: 2 * count + 1, stoppedBy: 'REPEATED_PAGE' });
    expect(await ims.pullReports()).toMatchObject({ pages: 1, stoppedBy: 'REPEATED_PAGE' });
    expect(events.filter(({ type }) => type === 'reports.blocked')).toMatchObject([{ reason: 'REPEATED_PAGE' }]);
    server.answers.length = 0;
    expect(await ims.pullReports()).toMatchObject({ stoppedBy: null });
    expect((await ims.pulse()).reportsBlockedFor).toBeNull();
  });

  it.each([
    ['full, with the time of the answer beside its reports', COUNT, (call: number) => ({ time: call })],
    ['full, in another order', COUNT, () => ({})],
    ['one report, with an id of the request', 1, (call: number) => ({ requestId: `r-${call}` })],
    ['one report, with the time at which it is handed out', 1, () => ({})],
  ])('ends the pull where it says the same again and again: %s', async (what, count, beside) => {
    for (let call = 0; call < 50; call++) {
      const receiveTime = what.includes('handed out') ? { receiveTime: `2023-07-31 14:36:${call + 10}` } : {};
      const data = Array.from({ length: count }, (_, index) => report((index + call) % count, receiveTime));
      server.answers.push(says(JSON.stringify({ code: 'SUCCESS', ...beside(call), data })));
    }
    for (let pull = 0; pull < 3; pull++) await ims.pullReports();
    expect(await ims.pullReports()).toMatchObject({ pages: 1, stoppedBy: 'REPEATED_PAGE' });
    expect(server.calls()).toBeLessThan(10);
    expect((await ims.pulse()).reportsBlockedFor).toBe('REPEATED_PAGE');
    expect(told('reports.blocked')).toMatchObject([{ reason: 'REPEATED_PAGE' }]);
  });

  it('is one of many, where one that is not full comes between: the queue was emptied', async () => {
    const [one, other] = [report(0), report(1)].map((only) => says(pageOf([only])));
    server.answers.push(...Array.from({ length: 10 }, (_, call) => (call % 2 === 0 ? one! : other!)));
    for (let call = 0; call < 10; call++) expect(await ims.pullReports()).toMatchObject({ pages: 1, stoppedBy: null });
    expect(events.filter(({ type }) => type === 'reports.blocked')).toEqual([]);
  });

  it('counts for itself where the one before came twice and it cannot be applied at first', async () => {
    const [one, other] = [reports(), [report(0), ...reports().slice(0, -1)]].map((page) => says(pageOf(page)));
    server.answers.push(one!, one!, other!, other!);
    const { ingest } = ReportIngestor.prototype;
    let calls = 0;
    jest.spyOn(ReportIngestor.prototype, 'ingest').mockImplementation(async function (this: ReportIngestor, ...page) {
      return ++calls === 3 ? null : ingest.apply(this, page);
    });
    expect(await ims.pullReports()).toMatchObject({ pages: 5, reports: 3 * COUNT, stoppedBy: null });
    expect(events.filter(({ type }) => type === 'reports.blocked')).toEqual([]);
  });

  it('is followed by another where the gateway hands out fewer at a time than are asked for', async () => {
    const said = (...counts: number[]) => {
      const first = counts.map((_, page) => counts.slice(0, page).reduce((sum, count) => sum + count, 0));
      const data = counts.map((count, page) => reports().slice(first[page], first[page]! + count));
      server.answers.push(...data.map((page) => says(pageOf(page))));
    };
    said(20, 20, 10);
    expect(await ims.pullReports()).toMatchObject({ pages: 3, reports: COUNT, stoppedBy: null });
    // A backlog after quiet times costs an interval.
    said(15, 15, 15, 5);
    expect(await ims.pullReports()).toMatchObject({ pages: 1, reports: 15 });
    expect(await ims.pullReports()).toMatchObject({ pages: 3, reports: 35, stoppedBy: null });
    // One call more where all have been handed out, none where fewer come or nothing does.
    said(20);
    expect(await ims.pullReports()).toMatchObject({ pages: 1, reports: 20 });
    said(20);
    expect(await ims.pullReports()).toMatchObject({ pages: 2, reports: 20 });
    expect(await ims.pullReports()).toMatchObject({ pages: 1, reports: 0 });
    said(9);
    expect(await ims.pullReports()).toMatchObject({ pages: 1, reports: 9 });
  });

  it('ends the pull where fewer than are asked for come again and again, the same or in turns', async () => {
    const [one, other] = [reports().slice(0, 20), reports().slice(20, 40)].map((page) => says(pageOf(page)));
    for (let call = 0; call < 40; call++) server.answers.push(call % 2 === 0 ? one! : other!);
    expect(await ims.pullReports()).toMatchObject({ pages: 5, stoppedBy: 'REPEATED_PAGE' });
    expect(told('reports.blocked')).toMatchObject([{ reason: 'REPEATED_PAGE' }]);
  });

  it('shows how long the oldest accepted message has waited, and the share of orphans', async () => {
    await look.query("UPDATE emay_ims_message SET accepted_at = accepted_at - 7200000 WHERE custom_ims_id = 'id-9'");
    server.answers.push(says(pageOf([report(0), { ...report(1), customImsId: 'stranger' }])));
    await ims.pullReports();
    const status = await ims.status();
    expect(status).toMatchObject({ orphanedShare: 0.5, lastReportAt: expect.any(Date) });
    expect(status.oldestUnreportedForMs).toBeGreaterThanOrEqual(7_200_000);
  });
});

const REFUSE = 'customImsId id-1 is refused';
const sqliteTrigger = {
  make: [
    `CREATE TRIGGER refuse BEFORE UPDATE ON emay_ims_message WHEN NEW.custom_ims_id = 'id-1'
     BEGIN SELECT RAISE(ABORT, '${REFUSE}'); END`,
  ],
  drop: ['DROP TRIGGER refuse'],
};
const postgresTrigger = {
  make: [
    `CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION '${REFUSE}'; END $$ LANGUAGE plpgsql`,
    `CREATE TRIGGER refuse BEFORE UPDATE ON emay_ims_message FOR EACH ROW WHEN (NEW.custom_ims_id = 'id-1')
     EXECUTE FUNCTION refuse()`,
  ],
  drop: ['DROP TRIGGER refuse ON emay_ims_message'],
};
const mysqlTrigger = {
  make: [
    `CREATE TRIGGER refuse BEFORE UPDATE ON emay_ims_message FOR EACH ROW
     IF NEW.custom_ims_id = 'id-1' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${REFUSE}'; END IF`,
  ],
  drop: ['DROP TRIGGER refuse'],
};
