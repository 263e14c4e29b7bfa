import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { PinnedPlace } from '../../database/table-names.js';
import { CreateEmayIms1764000000000 } from './1764000000000-create-emay-ims.js';
import { SlimmerIndexes1764200000000 } from './1764200000000-slimmer-indexes.js';
import { DurableEvents1764400000000 } from './1764400000000-durable-events.js';
import { ListedMessages1764600000000 } from './1764600000000-listed-messages.js';
import { LeaseLength1764700000000 } from './1764700000000-lease-length.js';
import { RawReportPages1764800000000 } from './1764800000000-raw-report-pages.js';
import { QueueApart1764900000000 } from './1764900000000-queue-apart.js';
import { Figures1765000000000 } from './1765000000000-figures.js';
import { Traces1765000001000 } from './1765000001000-traces.js';
import { OperatorActions1765000002000 } from './1765000002000-operator-actions.js';
import { DoubtsInOrder1765000003000 } from './1765000003000-doubts-in-order.js';
import { PushedReports1765100000000 } from './1765100000000-pushed-reports.js';
import { ActionOfDecisions1765200000000 } from './1765200000000-action-of-decisions.js';

type MigrationClass = new (pinned?: PinnedPlace) => MigrationInterface & { name: string };

/**
 * What a host adds to the `migrations` of its own DataSource, from the first schema on. Tables lie where the DataSource's `schema`,
 * `entityPrefix` and naming strategy put them.
 */
export const EMAY_IMS_MIGRATIONS: MigrationClass[] = [
  CreateEmayIms1764000000000,
  SlimmerIndexes1764200000000,
  DurableEvents1764400000000,
  ListedMessages1764600000000,
  LeaseLength1764700000000,
  RawReportPages1764800000000,
  QueueApart1764900000000,
  Figures1765000000000,
  Traces1765000001000,
  OperatorActions1765000002000,
  DoubtsInOrder1765000003000,
  PushedReports1765100000000,
  ActionOfDecisions1765200000000,
];

/**
 * The same migrations for tables that lie elsewhere than the DataSource's options say: those that were made before these options were
 * obeyed, and are to stay where they are. Give the same place to the module: `database: { dataSource, schema, entityPrefix }`.
 *
 * @param pinned e.g. `{ schema: 'public', entityPrefix: '' }`
 */
export function emayImsMigrations(pinned: PinnedPlace): (new () => MigrationInterface)[] {
  return EMAY_IMS_MIGRATIONS.map((Migration) => {
    const migration = new Migration(pinned);
    return class implements MigrationInterface {
      readonly name = migration.name;
      up = (runner: QueryRunner) => migration.up(runner);
      down = (runner: QueryRunner) => migration.down(runner);
    };
  });
}
