import { expect, it } from '@jest/globals';
import { TableNames } from '../../database/table-names.js';
import { hasColumn } from '../migrations/ims-migration.js';
import { findIndexProblems } from './index-check.js';
import { assertTablesAreHere } from './table-place.js';

/** What ten processes that migrate at once make MariaDB do now and then. */
it('a table that the catalogue leaves out while another process alters it is there', async () => {
  const asked: string[] = [];
  const query = async (sql: string) => {
    asked.push(sql);
    return [];
  };
  await assertTablesAreHere(new TableNames('mariadb'), query);
  expect(asked.at(-1)).toBe('SELECT 1 FROM `emay_ims_message` LIMIT 0');
});

it('a table that is not there is told', async () => {
  const query = async (sql: string) => {
    if (sql.includes('information_schema')) return [];
    throw Object.assign(new Error('refused'), { code: 'ER_NO_SUCH_TABLE' });
  };
  await expect(assertTablesAreHere(new TableNames('mariadb'), query)).rejects.toThrow('there is no table');
});

it('a database that cannot tell is no reason to say so', async () => {
  const query = async (sql: string) => {
    if (sql.includes('information_schema')) return [];
    throw Object.assign(new Error('gone'), { code: 'PROTOCOL_CONNECTION_LOST' });
  };
  await expect(assertTablesAreHere(new TableNames('mariadb'), query)).rejects.toThrow('gone');
});

it('a column that the catalogue leaves out for a moment is there', async () => {
  let answers = 0;
  const asked: string[] = [];
  const runner = {
    hasColumn: async () => answers++ > 0,
    query: async (sql: string) => void asked.push(sql),
  } as unknown as Parameters<typeof hasColumn>[0]['runner'];
  const names = new TableNames('mariadb');
  expect(await hasColumn({ runner, names, isMysql: true }, 'emay_ims_lease', 'lasts_ms')).toBe(true);
  expect(asked).toEqual(['SELECT 1 FROM `emay_ims_lease` LIMIT 0']);
});

it('a start waits where the catalogue shows no index of a table at all, and refuses a table with other indexes', () => {
  const names = new TableNames('mariadb');
  const other = { name: 'other', isUnique: true, columns: 'code' };
  const mayPass = (found: Parameters<typeof findIndexProblems>[2]) =>
    findIndexProblems(names, 'emay_ims_message', found)[0]?.mayPass;
  expect(mayPass([])).toBe(true);
  expect(mayPass([other])).toBe(false);
});
