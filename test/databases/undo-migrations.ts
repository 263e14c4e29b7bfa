import { EMAY_IMS_MIGRATIONS } from 'nestjs-emay-ims';
import type { DataSource } from 'typeorm';

/** Undoes the migration whose name begins so, and all after it. */
export async function undoFrom(name: string, source: DataSource): Promise<void> {
  const first = EMAY_IMS_MIGRATIONS.findIndex((migration) => migration.name.startsWith(name));
  if (first < 0) throw new Error(`There is no migration ${name}.`);
  for (let undone = first; undone < EMAY_IMS_MIGRATIONS.length; undone++) await source.undoLastMigration();
}
