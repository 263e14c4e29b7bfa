import type { ImsDatabase } from '../database/ims-database.js';
import { EmayImsValidationError } from '../errors/emay-ims-errors.js';
import type { ReportSpool } from './report-spool.js';

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

const STATES = { SET_ASIDE: 'set-aside', UNREADABLE: 'unreadable' } as const;
const LIST_AT_MOST = 1_000;

/** Pages of one account that a person has to decide about. Whatever is tried again is tried by the next pull. */
export class KeptPages {
  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly spool: ReportSpool,
  ) {}

  /** Oldest first, at most 1,000. Without spool files where their folder cannot be listed, see `spoolFailure` of the status. */
  async list(): Promise<ImsKeptPage[]> {
    const rows = await this.database.rows(
      `SELECT id, state, failure, attempts, stored_at FROM emay_ims_report_batch
       WHERE account = ? AND state IN ('SET_ASIDE', 'UNREADABLE') ORDER BY id LIMIT ${LIST_AT_MOST}`,
      [this.account],
    );
    const stored = rows.map((row): ImsKeptPage => ({
      pullId: String(row.id),
      why: STATES[row.state as keyof typeof STATES],
      failure: row.failure === null ? null : String(row.failure),
      attempts: Number(row.attempts ?? 0),
      storedAt: row.stored_at === null ? null : new Date(Number(row.stored_at)),
    }));
    const spooled = (await this.spool.list()).setAside.map((pullId): ImsKeptPage => ({
      pullId,
      why: 'spool-set-aside',
      failure: null,
      attempts: 0,
      storedAt: null,
    }));
    return [...stored, ...spooled].toSorted((one, other) => (one.pullId < other.pullId ? -1 : 1));
  }

  /**
   * Has them tried again, all or one; resolves to how many.
   *
   * @throws EmayImsValidationError where there is no such page
   */
  async retry(pullId: string | null): Promise<number> {
    const one = pullId === null ? '' : ' AND id = ?';
    const stored = await this.database.run(
      `UPDATE emay_ims_report_batch SET state = 'STORED', attempts = NULL
       WHERE account = ? AND state IN ('SET_ASIDE', 'UNREADABLE')${one}`,
      [this.account, ...(pullId === null ? [] : [pullId])],
    );
    const spooled = (await this.spool.list()).setAside.filter((id) => pullId === null || id === pullId);
    for (const id of spooled) await this.spool.takeBack(id);
    if (pullId !== null && stored + spooled.length === 0) throw noSuchPage();
    return stored + spooled.length;
  }

  /**
   * Deletes one for good, and what it holds with it.
   *
   * @throws EmayImsValidationError where there is no such page
   */
  async discard(pullId: string): Promise<void> {
    const deleted = await this.database.run(
      "DELETE FROM emay_ims_report_batch WHERE account = ? AND id = ? AND state IN ('SET_ASIDE', 'UNREADABLE')",
      [this.account, pullId],
    );
    const isSpooled = (await this.spool.list()).setAside.includes(pullId);
    if (isSpooled) await this.spool.remove(pullId);
    if (deleted === 0 && !isSpooled) throw noSuchPage();
  }

  /** How many could not be applied: one look into an index, as there are few. */
  async countSetAside(): Promise<number> {
    const [row] = await this.database.rows(
      "SELECT COUNT(*) AS pages FROM emay_ims_report_batch WHERE account = ? AND state = 'SET_ASIDE'",
      [this.account],
    );
    return Number(row?.pages);
  }

  /** How many spool files of this account lie on this machine, and why that cannot be told. */
  async spooled(): Promise<{ spooledPages: number; spoolFailure: string | null }> {
    const { waiting, setAside, failure } = await this.spool.list();
    return { spooledPages: waiting.length + setAside.length, spoolFailure: failure };
  }
}

function noSuchPage(): EmayImsValidationError {
  const message = 'no page of delivery reports with this id is set aside or unreadable (any more)';
  return new EmayImsValidationError([{ index: -1, property: 'pullId', message }]);
}
