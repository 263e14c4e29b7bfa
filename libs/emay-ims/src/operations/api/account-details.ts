import type { ImsAccountStatus } from '../../operator/account-status.js';

/** How an account is set up. */
export interface AccountDetails {
  account: string;
  /** As resolved at the start, without secrets and functions. */
  options: Record<string, unknown>;
  /** Who does what only one instance may do. */
  leases: { name: string; holder: string; until: Date }[];
  status: ImsAccountStatus;
  database: {
    /** As TypeORM names it. */
    type: string;
    /** Name of the newest migration. */
    schemaVersion: string;
  };
  /** Version of the package. */
  version: string;
  figures: {
    /** When they were counted; `null`: they are counted on request. */
    asOf: Date | null;
    isRebuilding: boolean;
    /** Messages created before this are yet to be counted anew. */
    rebuiltTo: Date | null;
  };
}
