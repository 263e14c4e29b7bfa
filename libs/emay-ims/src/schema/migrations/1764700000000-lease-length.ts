import { hasColumn, ImsMigration, type MigrationStep } from './ims-migration.js';

/** A lease knows how long it lasts: one that ends later than that, as the clock has been set back, is nobody's. */
export class LeaseLength1764700000000 extends ImsMigration {
  readonly name = 'LeaseLength1764700000000';

  protected async migrate(step: MigrationStep): Promise<void> {
    try {
      if (!(await isThere(step))) await step.query('ALTER TABLE emay_ims_lease ADD COLUMN lasts_ms bigint');
    } catch (error) {
      // Another process may be ahead with it, as TypeORM takes no lock.
      if (!step.isMysql || !(await isThere(step))) throw error;
    }
  }

  protected async revert(step: MigrationStep): Promise<void> {
    if (await isThere(step)) await step.query('ALTER TABLE emay_ims_lease DROP COLUMN lasts_ms');
  }
}

function isThere(step: MigrationStep): Promise<boolean> {
  return hasColumn(step, 'emay_ims_lease', 'lasts_ms');
}
