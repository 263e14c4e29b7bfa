import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EmayImsOptionsError, EmayImsStoreError, EmayImsValidationError, OnImsEvent } from 'nestjs-emay-ims';
import type { ReportKind } from 'nestjs-emay-ims/operations';
import { InMemoryEmayImsService } from 'nestjs-emay-ims/testing';
import { AccountAccess } from '../../libs/emay-ims/src/operations/account-access.js';
import { OperationsOfAccount } from '../../libs/emay-ims/src/operations/operations-of-account.js';
import { databasesUnderTest } from '../support/databases.js';
import { ACCOUNT } from '../support/gateway-app.js';
import { gb18030 } from '../reports/gb18030.js';
import { OperatedApp } from './operated-app.js';

const HOSTILE = '<b>{"code": </b> \u202e你好🎉';
/** Ids begin with their time. */
const PULL = '000000000001-lost';
const KINDS: ReportKind[] = ['orphaned', 'quarantined', 'unreadable', 'lost', 'set-aside', 'spooled'];

class Archive {
  @OnImsEvent('message.delivered', { durable: 'archive' })
  keep(): void {}
}

describe.each(databasesUnderTest())('what is kept for a person on %s', (kind) => {
  let app: OperatedApp;
  beforeAll(async () => {
    app = await OperatedApp.open(kind, {}, [Archive]);
    const database = await app.sql();
    for (let index = 0; index < 5; index++) {
      await database.run(
        `INSERT INTO emay_ims_report (batch_id, position, account, status, mobile, custom_ims_id, state, created_at)
         VALUES (?, ?, 'default', 'ORPHANED', '+61422118000', ?, 'DELIVRD', ?)`,
        // Two of one time and batch.
        [`batch-${Math.floor(index / 2)}`, index, `stranger-${index}`, 1_000 + Math.floor(index / 2)],
      );
    }
    await database.run(
      `INSERT INTO emay_ims_report (batch_id, position, account, status, reason, raw, created_at)
       VALUES ('bad', 0, 'default', 'QUARANTINED', 'no state', ?, 1)`,
      [HOSTILE + 'x'.repeat(20_000)],
    );
    const batch = (id: string, state: string, more: Record<string, unknown> = {}) => {
      const columns = { id, account: 'default', state, requested_at: 1_000, expires_at: 1_000, ...more };
      const names = Object.keys(columns);
      return database.run(
        `INSERT INTO emay_ims_report_batch (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        Object.values(columns),
      );
    };
    await batch('unreadable-text', 'UNREADABLE', { body: HOSTILE, stored_at: 2_000 });
    await batch('unreadable-packed', 'UNREADABLE', {
      raw: gzipSync(HOSTILE.repeat(10_000)),
      raw_packed: 1,
      stored_at: 3_000,
    });
    await batch(PULL, 'LOST', { requested: 500, lost: 500 });
    await batch('aside', 'SET_ASIDE', { body: '{}', failure: '22021', attempts: 5, stored_at: 4_000 });
    await batch('applied', 'APPLIED', { body: '{}', reports: 3, applied_at: 5_000 });
  });
  afterAll(() => app.close());

  const read = async (wanted: ReportKind, limit?: number) => {
    const found = [];
    for (let after: string | undefined; ;) {
      const page = await app.operations.reports({ kind: wanted, limit, after });
      found.push(...page.items);
      if (page.next === null) return found;
      after = page.next;
    }
  };

  it('reports: newest first, page by page, with what came', async () => {
    const orphans = await read('orphaned', 2);
    expect(orphans.map(({ customImsId }) => customImsId)).toEqual([4, 3, 2, 1, 0].map((index) => `stranger-${index}`));
    expect(orphans[0]).toMatchObject({ id: 'batch-2.4', mobile: '+61422118000', state: 'DELIVRD', raw: null });
    const [bad] = await read('quarantined');
    expect(bad).toMatchObject({ reason: 'no state', actions: ['acknowledge'] });
    expect(bad!.raw?.startsWith(HOSTILE)).toBe(true);
    expect(Buffer.byteLength(bad!.raw ?? '')).toBeLessThanOrEqual(16 * 1024);
  });

  it('unmatched reports: as they came, from their batch, however it is kept', async () => {
    const database = await app.sql();
    const items = (name: string) =>
      [0, 1, 2].map((nth) => `{"customImsId": "${name}-${nth}", "state":"DELIVRD", "desc":"成功 {${nth}}"}`);
    const page = (name: string) => `{"code":"SUCCESS","data":[${items(name).join(' , ')}]}`;
    const put = async (id: string, columns: Record<string, unknown>) => {
      const all = {
        id,
        account: 'default',
        state: 'APPLIED',
        requested_at: 1,
        expires_at: 1,
        applied_at: 1,
        ...columns,
      };
      await database.run(
        `INSERT INTO emay_ims_report_batch (${Object.keys(all).join(', ')}) VALUES (${Object.keys(all)
          .map(() => '?')
          .join(', ')})`,
        Object.values(all),
      );
      await database.run(
        `INSERT INTO emay_ims_report (batch_id, position, account, status, custom_ims_id, state, created_at)
         VALUES (?, 1, 'default', 'ORPHANED', ?, 'DELIVRD', 9000)`,
        [id, `${id}-1`],
      );
    };
    await put('plain', { body: page('plain') });
    await put('packed', { raw: gzipSync(page('packed')), raw_packed: 0, content_encoding: 'gzip' });
    await put('gb18030', { raw: gb18030(page('gb18030')), raw_packed: 0 });
    await put('cut', { body: page('cut').slice(0, -60), cut: 'ECONNRESET' });
    const found = new Map((await read('orphaned')).map(({ customImsId, raw }) => [customImsId, raw]));
    for (const name of ['plain', 'packed', 'gb18030', 'cut']) expect(found.get(`${name}-1`)).toBe(items(name)[1]);
    // Their batch has been purged.
    expect(found.get('stranger-3')).toBeNull();
    await database.run("DELETE FROM emay_ims_report WHERE batch_id IN ('plain', 'packed', 'gb18030', 'cut')");
    await database.run("DELETE FROM emay_ims_report_batch WHERE id IN ('plain', 'packed', 'gb18030', 'cut')");
  });

  it('batches: their beginning, unpacked, and what can be done', async () => {
    const unreadable = await read('unreadable', 1);
    expect(unreadable.map(({ id, actions }) => [id, actions])).toEqual([
      ['unreadable-text', ['retry', 'acknowledge']],
      ['unreadable-packed', ['retry', 'acknowledge']],
    ]);
    expect(unreadable[0]!.raw).toBe(HOSTILE);
    expect(unreadable[1]!.raw?.startsWith(HOSTILE)).toBe(true);
    expect(Buffer.byteLength(unreadable[1]!.raw ?? '')).toBeLessThanOrEqual(16 * 1024);
    expect(await read('lost')).toMatchObject([{ id: PULL, reports: 500, raw: null, actions: ['acknowledge'] }]);
    expect(await read('set-aside')).toMatchObject([{ id: 'aside', reason: '22021', raw: '{}' }]);
    expect(await read('spooled')).toEqual([]);
  });

  it('are acknowledged, kept, and listed no more; audited with the reason', async () => {
    await app.operations.acknowledge({ pullId: PULL }, 'ann', 'the gateway was down');
    await app.operations.acknowledge({ reportId: 'bad.0' }, 'ann', 'seen');
    await app.operations.acknowledge({ reportId: 'batch-2.4' }, 'ann', 'seen');
    expect(await read('lost')).toEqual([]);
    expect(await read('quarantined')).toEqual([]);
    expect(await read('orphaned')).toHaveLength(4);
    expect((await app.ims.status()).possibleLosses).toBe(0);
    const kept = await (await app.sql()).rows("SELECT raw FROM emay_ims_report WHERE batch_id = 'bad'");
    expect(kept).toHaveLength(1);
    const { items } = await app.operations.audit({ action: 'acknowledge' });
    expect(items).toMatchObject([
      { actor: 'ann', reason: 'seen', filter: { reportId: 'batch-2.4' } },
      { reason: 'seen' },
      { reason: 'the gateway was down', filter: { pullId: PULL }, items: 1, done: 1, skipped: 0 },
    ]);
    expect(kept).toMatchObject([{ raw: expect.stringContaining('你好') }]);
    const again = app.operations.acknowledge({ pullId: PULL }, 'ann', 'again');
    await expect(again).rejects.toThrow(EmayImsValidationError);
    expect((await app.operations.audit({ action: 'acknowledge' })).items[0]).toMatchObject({ done: 0, skipped: 1 });
    for (const what of [{}, { pullId: 'applied' }, { reportId: 'x' }, { pullId: 'a', reportId: 'b' }]) {
      await expect(app.operations.acknowledge(what, 'ann', 'x')).rejects.toThrow(EmayImsValidationError);
    }
  });

  it('are tried again', async () => {
    expect(await app.operations.retryReports('aside', 'ann')).toBe(1);
    expect(await read('set-aside')).toEqual([]);
    await expect(app.operations.retryReports('stranger', 'ann')).rejects.toThrow(EmayImsValidationError);
  });

  it('are purged once acknowledged, and what nobody has looked at is not', async () => {
    const database = await app.sql();
    await database.run("UPDATE emay_ims_report_batch SET applied_at = 1 WHERE state = 'ACKNOWLEDGED'");
    await app.operations.acknowledge({ pullId: 'unreadable-text' }, 'ann', 'seen');
    await app.ims.purge({ olderThanDays: 30 });
    const batches = await database.rows('SELECT id FROM emay_ims_report_batch ORDER BY id');
    const ids = batches.map(({ id }) => String(id));
    expect(ids).not.toContain(PULL);
    expect(ids).toEqual(expect.arrayContaining(['aside', 'unreadable-packed', 'unreadable-text']));
    expect(await database.rows("SELECT raw FROM emay_ims_report WHERE status = 'ACKNOWLEDGED'")).toEqual([]);
  });

  it('are of kinds that there are', async () => {
    await expect(app.operations.reports({ kind: 'other' as ReportKind })).rejects.toThrow(KINDS.join(', '));
  });

  it('events: the backlog of each handler, and what its events are about', async () => {
    const database = await app.sql();
    const event = (id: number, handler: string, state: string, error: string | null = null) =>
      database.run(
        `INSERT INTO emay_ims_event (id, account, handler, type, payload, state, due_at, attempts, error, created_at)
         VALUES (?, 'default', ?, 'message.delivered', ?, ?, 9000, 3, ?, ?)`,
        [`e-${id}`, handler, JSON.stringify({ customImsId: `m-${id}` }), state, error, id],
      );
    await event(1, 'billing', 'PENDING');
    await event(2, 'billing', 'PENDING');
    await event(3, 'billing', 'FAILED', HOSTILE);
    await event(4, 'mail', 'FAILED', 'broken');
    await event(5, '*', 'PENDING');
    expect(await app.operations.handlers()).toEqual([
      // Of this process, without a backlog.
      { handler: 'archive', pending: 0, failed: 0, countedTo: 10_001, oldestAt: null },
      { handler: 'billing', pending: 2, failed: 1, countedTo: 10_001, oldestAt: new Date(1) },
      { handler: 'mail', pending: 0, failed: 1, countedTo: 10_001, oldestAt: null },
    ]);
    const { items } = await app.operations.events({ handler: 'billing', state: 'FAILED' });
    expect(items).toEqual([
      {
        ...{
          id: 'e-3',
          handler: 'billing',
          event: 'message.delivered',
          customImsId: 'm-3',
          state: 'FAILED',
          attempts: 3,
        },
        ...{ nextAt: null, at: new Date(3), error: HOSTILE },
      },
    ]);
    expect((await app.operations.events()).items).toHaveLength(5);
    expect(await app.operations.retryEvents('mail', 'ann')).toBe(1);
    expect((await app.operations.events({ handler: 'mail' })).items).toMatchObject([{ state: 'PENDING' }]);
  });

  it('the audit: newest first, page by page, by actor and action, with what others record', async () => {
    const entry = { action: 'reveal', filter: { customImsId: 'x' }, items: 1, done: 1, skipped: 0, reason: null };
    for (let index = 0; index < 60; index++) await app.operations.record({ ...entry, actor: HOSTILE });
    const first = await app.operations.audit({ actor: HOSTILE });
    expect(first.items).toHaveLength(50);
    expect(first.items[0]).toMatchObject({ ...entry, actor: HOSTILE, at: expect.any(Date) });
    const second = await app.operations.audit({ actor: HOSTILE, after: first.next! });
    expect([second.items.length, second.next]).toEqual([10, null]);
    await expect(app.operations.audit({ actor: 'ann', after: first.next! })).rejects.toThrow(EmayImsValidationError);
    await expect(app.operations.record({ ...entry, actor: '' })).rejects.toThrow(EmayImsValidationError);
  });

  it('a test message and a pull, with who', async () => {
    const sent = await app.operations.sendTest({ mobile: '+61422118000', content: 'Test', customImsId: 'test' }, 'ann');
    expect(sent).toMatchObject({ state: 'ACCEPTED' });
    await app.operations.pull('ann');
    const told = (await app.operations.audit({ actor: 'ann' })).items.map(({ action }) => action);
    expect(told.slice(0, 2)).toEqual(['pull', 'send-test']);
  });

  it('what has been done is done, even if the audit cannot count it any more', async () => {
    const database = await app.sql();
    const run = database.run.bind(database);
    const refusing: typeof run = (sql, ...rest) =>
      sql.startsWith('UPDATE emay_ims_audit') ? Promise.reject(new EmayImsStoreError('ECONNRESET')) : run(sql, ...rest);
    const spies = [
      jest.spyOn(database, 'run').mockImplementation(refusing),
      jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined),
    ] as const;
    try {
      const message = { mobile: '+61422118000', content: 'Once', customImsId: 'once' };
      expect(await app.operations.sendTest(message, 'bob')).toMatchObject({ state: 'ACCEPTED' });
      await app.operations.pull('bob');
      expect(await app.operations.retryReports(null, 'bob')).toEqual(expect.any(Number));
      expect(await app.operations.retryEvents(null, 'bob')).toEqual(expect.any(Number));
      await app.operations.rebuildFigures('bob');
      expect(spies[1].mock.calls.map(([line]: unknown[]) => line)).toEqual(
        expect.arrayContaining([expect.stringContaining('send-test'), expect.stringContaining('rebuild')]),
      );
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    const { items } = await app.operations.audit({ actor: 'bob', action: 'send-test' });
    expect(items).toMatchObject([{ done: 0, skipped: 1 }]);
  });

  it('the account, without secrets', async () => {
    const details = await app.operations.details();
    expect(details).toMatchObject({ account: 'default', version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(details.database.schemaVersion).toMatch(/\d{13}$/);
    expect(details.options).toMatchObject({ http: { timeoutMs: expect.any(Number) }, dispatch: { enabled: false } });
    const text = JSON.stringify(details);
    expect(text).not.toContain(ACCOUNT.secretKey);
    expect(text).not.toContain(ACCOUNT.appId);
  });
});

it('of an account in memory there are none', async () => {
  const operations = new OperationsOfAccount(new AccountAccess('default', new InMemoryEmayImsService()));
  await expect(operations.search({})).rejects.toThrow(EmayImsOptionsError);
});
