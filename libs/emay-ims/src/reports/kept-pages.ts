import { EmayImsValidationError } from '../errors/emay-ims-errors.js';

/** A page of delivery reports that waits for a person: it could not be applied, stored or read. */
export interface ImsKeptPage {
  /** `emay_ims_report_batch.id`, or of a spool file the part of its name between `~` and `.`. */
  pullId: string;
  /**
   * - `set-aside`: it could not be applied, however often that was tried
   * - `unreadable`: nothing, or not all, can be made of it
   * - `spool-set-aside`: the database refuses it, or its file is not whole; on this machine alone
   */
  why: 'set-aside' | 'unreadable' | 'spool-set-aside';
  /** The database's code or the kind of the error, where there was one. */
  failure: string | null;
  /** How often it has been tried. */
  attempts: number;
  /** When it was stored; `null` where only a file is left of it. */
  storedAt: Date | null;
}

/** Pages of one account that a person has to decide about. */
export interface KeptPages {
  /** Oldest first, at most 1,000. Without spool files where their folder cannot be listed, see `spoolFailure` of the status. */
  list(): Promise<ImsKeptPage[]>;

  /**
   * Has the next pull try them again, all or one; resolves to how many.
   *
   * @throws EmayImsValidationError where there is no such page
   */
  retry(pullId: string | null): Promise<number>;

  /**
   * Deletes one for good, and what it holds with it.
   *
   * @throws EmayImsValidationError where there is no such page
   */
  discard(pullId: string): Promise<void>;

  /** How many could not be applied. */
  countSetAside(): Promise<number>;

  /** How many spool files of this account lie on this machine, and why that cannot be told. */
  spooled(): Promise<{ spooledPages: number; spoolFailure: string | null }>;
}

/** Of a page that is in a spool file alone. */
export const ONLY_A_FILE = { why: 'spool-set-aside', failure: null, attempts: 0, storedAt: null } as const;

export function noSuchPage(): EmayImsValidationError {
  const message = 'no page of delivery reports with this id is set aside or unreadable (any more)';
  return new EmayImsValidationError([{ index: -1, property: 'pullId', message }]);
}
