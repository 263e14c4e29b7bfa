import type { ImsTable, TableNames } from '../../database/table-names.js';
import type { Problem } from './findings.js';
import { REQUIRED_SCHEMA } from './required-schema.js';

/** An index as the database has it. */
export interface FoundIndex {
  name: string;
  isUnique: boolean;
  /** In the order of the alphabet, with commas between. */
  columns: string;
}

/** What of a table's key and indexes is not there. */
export function findIndexProblems(names: TableNames, table: ImsTable, found: readonly FoundIndex[]): Problem[] {
  const { key, indexes } = REQUIRED_SCHEMA[table];
  const where = `Table ${names.path(table)}`;
  const columns = key.toSorted().join(',');
  const absent = indexes
    .map((index) => names.bareIndex(table, index))
    .filter((name) => !found.some((index) => index.name === name));
  const isKeyed = found.some((index) => index.isUnique && index.columns === columns);
  const noKey = `${where} has no unique index over (${key.join(', ')}): it was not made by EMAY_IMS_MIGRATIONS.`;
  return [
    // MariaDB's catalogue shows no index at all of a table that another process is altering just now.
    ...(isKeyed ? [] : [{ sentence: noKey, mayPass: found.length === 0 }]),
    ...absent.map((name) => ({
      sentence: `${where} has no valid index ${name}: run EMAY_IMS_MIGRATIONS; leave synchronize off.`,
      mayPass: true,
    })),
  ];
}
