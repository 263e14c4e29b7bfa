import { describe, expect, it } from '@jest/globals';
import type { ImsDatabase } from '../../database/ims-database.js';
import { storeErrorOf } from '../../database/store-failure.js';
import { findSchemaProblems } from './schema-check.js';

describe('findSchemaProblems', () => {
  it.each([
    ['a broken pipe', { code: 'EPIPE', errno: -32, syscall: 'write' }],
    ['a server that is full', { code: '53300', severity: 'FATAL' }],
    ['a MySQL that is full', { code: 'ER_CON_COUNT_ERROR', errno: 1040, sqlState: '', fatal: true }],
  ])('takes %s for no right that is missing', async (_what, fields) => {
    const failure = storeErrorOf(Object.assign(new Error('failed'), fields));
    const broken = { rows: () => Promise.reject(failure), names: { path: (table: string) => table } };
    await expect(findSchemaProblems(broken as unknown as ImsDatabase)).rejects.toBe(failure);
  });
});
