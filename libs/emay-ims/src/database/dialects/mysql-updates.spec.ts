import { describe, expect, it } from '@jest/globals';
import { crc32 } from 'node:zlib';
import type { RowValues, UpdateFromRows } from '../sql-dialect.js';
import { updateByKey } from './mysql-updates.js';

const update: UpdateFromRows = {
  columns: { custom_ims_id: 'varchar64', ims_id: 'varchar64', code: 'varchar64', due_in: 'bigint' },
  set: { ims_id: 'COALESCE(m.ims_id, r.ims_id)', code: 'r.code', due_at: '? + r.due_in' },
  where: 'm.account = ? AND m.custom_ims_id = r.custom_ims_id AND m.attempt = ?',
};
const make = (rows: readonly RowValues[]) => updateByKey(update)({ set: [5], rows, where: ['account', 'token'] });
const row = (id: string, more: RowValues = {}) => ({ custom_ims_id: id, ims_id: `ims-${id}`, ...more });

describe('an UPDATE by key', () => {
  it('gives what rows share as one parameter, nothing as NULL, and the rest as lists in the order of their checksums', () => {
    const made = make([row('a', { code: 'OK' }), row('b', { code: 'OK' }), row('c', { code: 'OK' })]);
    const sorted = ['a', 'b', 'c'].sort((one, other) => crc32(one) - crc32(other));
    const checksums = sorted.map((id) => crc32(id));
    expect(made?.sql).toBe(
      'UPDATE emay_ims_message AS m FORCE INDEX (PRIMARY) SET ' +
        'm.ims_id = COALESCE(m.ims_id, ELT(INTERVAL(CRC32(m.custom_ims_id), ?), ?) COLLATE utf8mb4_bin), ' +
        'm.code = ? COLLATE utf8mb4_bin, m.due_at = ? + NULL ' +
        'WHERE m.account = ? AND m.custom_ims_id IN (?) AND CRC32(m.custom_ims_id) IN (?) AND m.attempt = ?',
    );
    expect(made?.parameters).toEqual([
      checksums,
      sorted.map((id) => `ims-${id}`),
      'OK',
      5,
      'account',
      ['a', 'b', 'c'],
      checksums,
      'token',
    ]);
  });

  it('has one text for any number of rows and whatever they hold, so that few texts are kept', () => {
    const many = Array.from({ length: 500 }, (_, index) => row(`m-${index}`, { code: 'X' }));
    expect(make(many)?.sql).toBe(make([row('a', { code: 'Y' }), row('b', { code: 'Y' })])?.sql);
  });

  it.each<[string, RowValues[]]>([
    ['no row', []],
    ['two ids with the same checksum', [row('plumless'), row('buckeroo')]],
    ['the same id twice', [row('a'), row('a', { ims_id: 'other' })]],
    ['a blank at the end of an id', [row('a'), row('b ')]],
    ['an id of other letters', [row('a'), row('é')]],
    ['a value too long for its column', [row('a', { code: 'x'.repeat(65) })]],
    ['so many rows that MariaDB may join a table of them', Array.from({ length: 1_000 }, (_, i) => row(`m-${i}`))],
  ])('is not for %s', (_, rows) => {
    expect(make(rows)).toBeNull();
  });

  it('needs no checksums where rows differ in their ids alone', () => {
    expect(make([{ custom_ims_id: 'plumless' }, { custom_ims_id: 'buckeroo' }])?.sql).not.toContain('CRC32');
  });

  it('refuses rows that find their messages in another way', () => {
    expect(() => updateByKey({ ...update, where: 'm.mobile = r.mobile' })).toThrow('m.custom_ims_id = r.custom_ims_id');
  });
});
