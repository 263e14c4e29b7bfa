import { Injectable } from '@nestjs/common';
import { AccountWorkChecks } from '../message-store/account-work-checks.js';
import type { EmbeddedSqliteSource } from '../database/embedded-sqlite-source.js';
import { SharedClaims } from './shared-claims.js';
import type { ImsDatabase } from '../database/ims-database.js';
import type { DatabaseWakes } from '../wake/database-wakes.js';

/** A database that is open. */
export interface OpenedDatabase {
  readonly database: ImsDatabase;
  /** The connection to an SQLite file that cannot write. */
  readonly reader: EmbeddedSqliteSource | null;
  readonly wakes: DatabaseWakes;
  close(): Promise<void>;
}

/** One that accounts share. */
export interface SharedDatabase extends OpenedDatabase {
  readonly workChecks: AccountWorkChecks;
  readonly claims: SharedClaims;
}

interface Entry {
  readonly opening: Promise<SharedDatabase>;
  users: number;
}

/**
 * Each database is opened, and found to have all that this release needs, once for all accounts that keep their messages there: of
 * two hundred, each would look at every table and index.
 */
@Injectable()
export class SharedDatabases {
  private readonly shared = new Map<unknown, Map<string, Entry>>();

  /**
   * The database, opened by whoever comes first. Every `open` that resolves wants the function it resolves to called once.
   *
   * @param whose the DataSource, or the driver of a file
   * @param how what has to be the same for two accounts to share it
   */
  async open(whose: unknown, how: string, openFirst: () => Promise<OpenedDatabase>): Promise<SharedDatabase> {
    const ofThis = this.shared.get(whose) ?? new Map<string, Entry>();
    this.shared.set(whose, ofThis);
    const entry = ofThis.get(how) ?? newEntry(openFirst);
    ofThis.set(how, entry);
    const { opening } = entry;
    entry.users++;
    const leave = () => {
      if (--entry.users > 0) return false;
      if (ofThis.get(how) === entry) ofThis.delete(how);
      if (ofThis.size === 0) this.shared.delete(whose);
      return true;
    };
    try {
      const opened = await opening;
      return { ...opened, close: async () => (leave() ? opened.close() : undefined) };
    } catch (error) {
      leave();
      throw error;
    }
  }
}

function newEntry(openFirst: () => Promise<OpenedDatabase>): Entry {
  const entry: Entry = {
    users: 0,
    opening: openFirst().then((opened) => ({
      ...opened,
      workChecks: new AccountWorkChecks(opened.database, () => entry.users),
      claims: new SharedClaims(opened.database),
    })),
  };
  return entry;
}
