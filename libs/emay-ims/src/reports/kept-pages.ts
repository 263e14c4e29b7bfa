import { EmayImsValidationError } from '../errors/emay-ims-errors.js';

/** A report batch that waits for a person: it could not be applied, stored or read. */
export interface ImsKeptPage {
  /** `emay_ims_report_batch.id`, or of a spool file the part of its name between `~` and `.`. */
  pullId: string;
  /**
   * - `set-aside`: it could not be applied
   * - `unreadable`: it cannot be parsed, or not completely
   * - `spool-set-aside`: the database refuses it, or its file is incomplete; on this machine only
   */
  why: 'set-aside' | 'unreadable' | 'spool-set-aside';
  /** The database's code or the kind of the error, where there was one. */
  failure: string | null;
  /** How often it has been tried. */
  attempts: number;
  /** When it was stored; `null` if it is only a file. */
  storedAt: Date | null;
}

/** Report batches of one account that a person has to decide about. */
export interface KeptPages {
  /** Oldest first, at most 1,000. Without spool files where their folder cannot be listed, see `spoolFailure` of the status. */
  list(): Promise<ImsKeptPage[]>;

  /**
   * Makes the next poll try them again, all or one; resolves to how many. One alone may also be a possible loss of which nothing was read, or
   * a batch that was applied, but for items that are quarantined: it is read again, and what can be read now is applied and quarantined no more.
   *
   * @throws EmayImsValidationError if there is no such batch
   * @throws EmayImsStoreError if its spool file cannot be moved; of several, that one stays set aside
   */
  retry(pullId: string | null): Promise<number>;

  /**
   * Deletes one and its reports for good.
   *
   * @throws EmayImsValidationError if there is no such batch
   * @throws EmayImsStoreError if its spool file cannot be deleted
   */
  discard(pullId: string): Promise<void>;

  /** How many could not be applied. */
  countSetAside(): Promise<number>;

  /** How many spool files this account has on this machine; `spoolFailure`: why there may be more, or none can be written. */
  spooled(): Promise<{ spooledPages: number; spoolFailure: string | null }>;
}

/** For a batch that exists only as a spool file. */
export const ONLY_A_FILE = { why: 'spool-set-aside', failure: null, attempts: 0, storedAt: null } as const;

export function noSuchPage(): EmayImsValidationError {
  const message = 'no report batch with this id is set aside, is unreadable or has quarantined reports (any more)';
  return new EmayImsValidationError([{ index: -1, property: 'pullId', message }]);
}
