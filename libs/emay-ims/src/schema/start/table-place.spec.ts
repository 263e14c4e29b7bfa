import { expect, it } from '@jest/globals';
import { TableNames } from '../../database/table-names.js';
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
