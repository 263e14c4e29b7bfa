import type { ImsDatabase, SqlSession } from '../database/ims-database.js';
import { isHeldLease } from '../database/lease-store.js';
import type { RowColumns } from '../database/sql-dialect.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { newToken } from '../messages/ids.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { sameGateway } from './claims-of-process.js';
import { gatewayIdentities, type GatewayIdentity } from './gateway-identity.js';
import type { SharedClaims } from './shared-claims.js';

/** How often a claim is renewed. */
export const RENEW_CLAIM_EVERY_MS = 30_000;
const NAME: RowColumns = { name: 'varchar64' };
const LASTS_MS = 3 * RENEW_CLAIM_EVERY_MS;

/**
 * Keeps, among all processes on one database, an AppId at a gateway for accounts of one name. Each instance has a row of its own for
 * each address, beside the leases: a process that dies leaves it to run out.
 *
 * - One instance at a time checks whose the others are and adds its own: it holds the row of the AppId meanwhile.
 */
export class ClaimInDatabase {
  private readonly instance = newToken();
  private readonly isHeld: string;

  constructor(
    private readonly database: ImsDatabase,
    private readonly account: string,
    private readonly identities: readonly GatewayIdentity[],
    /** Of all accounts on the database. */
    private readonly shared: SharedClaims,
  ) {
    this.isHeld = isHeldLease(database.dialect);
  }

  /** @throws EmayImsOptionsError where an account of another name has it */
  async take(): Promise<void> {
    await this.shared.inTurn(() =>
      this.database.transaction(async (session) => {
        for (const identity of this.identities) await this.takeOne(identity, session);
      }),
    );
  }

  async renew(): Promise<void> {
    const names = this.identities.map(({ key }) => this.rowOf(key));
    if ((await this.shared.renew(names, LASTS_MS)) || (await this.areThere(names))) return;
    try {
      await this.take();
    } catch (error) {
      if (!(error instanceof EmayImsOptionsError)) throw error;
      // It stood still for so long that the other one could start.
      GuardedLogger.of(this.account).error(`${error.message} Stop one of them.`, { account: this.account });
    }
  }

  async release(): Promise<void> {
    for (const { key } of this.identities) {
      await this.database.run('DELETE FROM emay_ims_lease WHERE name = ?', [this.rowOf(key)]);
    }
  }

  private async areThere(names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      const rows = await this.database.rows('SELECT name FROM emay_ims_lease WHERE name = ?', [name]);
      if (rows.length === 0) return false;
    }
    return true;
  }

  private async takeOne({ key, host }: GatewayIdentity, session: SqlSession): Promise<void> {
    const { now } = this.database.dialect;
    await this.lock(key, session);
    const rows = await session.rows(
      `SELECT name, holder, expires_at - ${now} AS left_ms, CASE WHEN ${this.isHeld} THEN 1 ELSE 0 END AS is_held
       FROM emay_ims_lease WHERE name LIKE ? ORDER BY expires_at DESC`,
      [this.rowOf(key, '%')],
    );
    const other = rows.find(({ holder, is_held }) => Number(is_held) === 1 && holder !== this.account);
    if (other) throw this.refusal(String(other.holder), host, Number(other.left_ms));
    for (const { name, is_held } of rows) {
      if (Number(is_held) === 1 && name !== this.rowOf(key)) continue;
      await session.run('DELETE FROM emay_ims_lease WHERE name = ?', [name]);
    }
    await session.run(`INSERT INTO emay_ims_lease (name, holder, expires_at, lasts_ms) VALUES (?, ?, ${now} + ?, ?)`, [
      this.rowOf(key),
      this.account,
      LASTS_MS,
      LASTS_MS,
    ]);
  }

  /** Only one at a time looks at the rows of an AppId and adds its own. */
  private async lock(key: string, session: SqlSession): Promise<void> {
    const lock = () =>
      session.run('UPDATE emay_ims_lease SET expires_at = expires_at + 1 WHERE name = ?', [nameOf(key)]);
    if ((await lock()) > 0) return;
    const { dialect } = this.database;
    const source = `SELECT r.name, '', 0, 0 FROM ${dialect.rows(NAME, 'r')}`;
    const insert = dialect.insertNew('emay_ims_lease', ['name', 'holder', 'expires_at', 'lasts_ms'], source);
    // Whoever has inserted the row holds it.
    if ((await session.run(insert, dialect.encodeRows(NAME, [{ name: nameOf(key) }]))) === 0) await lock();
  }

  private rowOf(key: string, instance = this.instance): string {
    return `${nameOf(key)}:${instance}`;
  }

  private refusal(other: string, host: string, leftMs: number): EmayImsOptionsError {
    const more =
      ' To rename an account, stop every process that runs it under its old name first. One that was killed counts as running for ' +
      `another ${Math.max(1, Math.ceil(leftMs / 1_000))} s.`;
    return sameGateway(this.account, other, host, 'of another process on this database', more);
  }
}

function nameOf(key: string): string {
  return `gateway:${key}`;
}

/** For how many ms instances of the account that have another gateway count as running, at most; `null`: there are none. */
export async function elsewhereForMs(database: ImsDatabase, options: ResolvedEmayImsOptions): Promise<number | null> {
  const { dialect } = database;
  const rows = await database.rows(
    `SELECT name, expires_at - ${dialect.now} AS left_ms FROM emay_ims_lease
     WHERE name LIKE ? AND holder = ? AND ${isHeldLease(dialect)} ORDER BY expires_at DESC`,
    [nameOf('%'), options.name],
  );
  const here = gatewayIdentities(options).map(({ key }) => `${nameOf(key)}:`);
  const other = rows.find(({ name }) => !here.some((prefix) => String(name).startsWith(prefix)));
  return other ? Number(other.left_ms) : null;
}
