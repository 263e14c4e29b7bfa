import { ImsDatabase } from '../database/ims-database.js';
import { LeaseStore } from '../database/lease-store.js';
import { perAccount } from '../injection/per-account.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { RetentionStore } from './retention-store.js';
import { Retention } from './retention.js';

export const RETENTION_PROVIDERS = [
  perAccount(
    RetentionStore,
    [ImsDatabase, RESOLVED_OPTIONS],
    (database, { name }) => new RetentionStore(database, name),
  ),
  perAccount(
    Retention,
    [LeaseStore, RetentionStore, RESOLVED_OPTIONS],
    (leases, store, { name }) => new Retention(leases, store, name),
  ),
];
