import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { readPage, tableRows } from './pages.js';
import { blockWith } from './run-block.js';

describe.each(['docs/data.md', 'docs/data.zh.md'])('%s', (path) => {
  const page = readPage(path);
  let database: TestDatabase;
  let tables: Set<string>;

  beforeAll(async () => {
    database = await createTestDatabase('sqlite');
    const dataSource = await database.open();
    const rows: { name: string }[] = await dataSource.query(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'emay_ims_%'",
    );
    // TypeORM's own, in the embedded file alone.
    tables = new Set(rows.map(({ name }) => name).filter((name) => name !== 'emay_ims_migration'));
    await dataSource.destroy();
  });
  afterAll(() => database.drop());

  it('lists every table that the migrations make', () => {
    const listed = tableRows(page.prose).flatMap(([first]) => /^`(emay_ims_\w+)`$/.exec(first ?? '')?.[1] ?? []);
    expect(new Set(listed)).toEqual(tables);
  });

  it('grants what the application needs on every table', () => {
    expect(new Set(blockWith(page, 'GRANT', 'sql').code.match(/emay_ims_\w+/g))).toEqual(tables);
  });
});
