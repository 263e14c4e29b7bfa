import type { ImsTable } from '../../database/table-names.js';
import { hasColumn, ImsMigration, type MigrationStep } from './ims-migration.js';

const TABLES: readonly ImsTable[] = ['emay_ims_resolution', 'emay_ims_trace'];

/** Which entry of the audit a decision belongs to, if it was one about many messages. The release before leaves it out. */
export class ActionOfDecisions1765200000000 extends ImsMigration {
  readonly name = 'ActionOfDecisions1765200000000';

  protected async migrate(step: MigrationStep): Promise<void> {
    for (const table of TABLES) {
      const isDone = () => hasColumn(step, table, 'audit_id');
      if (await isDone()) continue;
      try {
        await step.query(`ALTER TABLE ${table} ADD COLUMN audit_id varchar(32)`);
      } catch (error) {
        // On MySQL another process may be ahead with it, as TypeORM takes no lock.
        if (!step.isMysql || !(await isDone())) throw error;
      }
    }
  }

  protected async revert(step: MigrationStep): Promise<void> {
    for (const table of TABLES) {
      if (await hasColumn(step, table, 'audit_id')) await step.query(`ALTER TABLE ${table} DROP COLUMN audit_id`);
    }
  }
}
