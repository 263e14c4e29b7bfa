const MIGRATE = 'Run the migrations (EMAY_IMS_MIGRATIONS) on the database that the account uses';
const GRANT = 'Grant its user SELECT, INSERT, UPDATE and DELETE on the tables of the module';
const MAKE_ROOM = 'Free or add disk space for the database';
const MAKE_WRITABLE =
  'Point the DataSource at a server that takes writes, or make this one writable (after a fail-over the module connects anew by itself)';
const END_THE_WAIT =
  'Another session holds what it needs (a lock on a row or a table), or the server is overloaded: end that';
const SENT_SINCE = 'as what was sent since is QUEUED in it and would be sent again (see docs/data.md#backup)';
const RESTORE = `Restore the database from a backup, with dispatch.enabled set to false first, ${SENT_SINCE}`;
const CHECK_LOGIN = 'Check user, password and database of the DataSource';

/** What to do about failures that do not pass by themselves, by the driver's code. */
const CURES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '42P01': MIGRATE, // undefined table
    '42703': MIGRATE, // undefined column
    ER_NO_SUCH_TABLE: MIGRATE,
    ER_BAD_FIELD_ERROR: MIGRATE,
    '42501': `${GRANT}, and keep row-level security from applying to it there`, // insufficient privilege
    ER_TABLEACCESS_DENIED_ERROR: GRANT,
    ER_COLUMNACCESS_DENIED_ERROR: GRANT,
    SQLITE_PERM: 'Let the process read and write the database file and its directory',
    SQLITE_CANTOPEN: 'Let the process read and write the database file and its directory',
    '53100': MAKE_ROOM, // disk full
    ER_DISK_FULL: MAKE_ROOM,
    ER_RECORD_FILE_FULL: MAKE_ROOM,
    SQLITE_FULL: MAKE_ROOM,
    ENOSPC: MAKE_ROOM,
    '25006': MAKE_WRITABLE, // read-only transaction
    ER_OPTION_PREVENTS_STATEMENT: MAKE_WRITABLE,
    ER_READ_ONLY_MODE: MAKE_WRITABLE,
    ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: MAKE_WRITABLE,
    ER_UNKNOWN_COM_ERROR: MAKE_WRITABLE, // Galera: a node outside of its cluster
    ER_NET_PACKET_TOO_LARGE: "Raise the server's max_allowed_packet above twice http.maxResponseBytes",
    SQLITE_READONLY_DBMOVED:
      'The SQLite file (or its -wal or -shm) was deleted or replaced while it was open: put the right one in its place and restart ' +
      `the process, with dispatch.enabled set to false first if it is a copy from before, ${SENT_SINCE}`,
    SQLITE_READONLY: 'Make the database file and its directory writable for the process',
    SQLITE_CORRUPT: RESTORE,
    SQLITE_NOTADB: RESTORE,
    '57014': END_THE_WAIT, // statement cancelled, by its time limit or a person
    '55P03': END_THE_WAIT, // lock not available
    ER_LOCK_WAIT_TIMEOUT: END_THE_WAIT,
    ER_STATEMENT_TIMEOUT: END_THE_WAIT,
    ER_QUERY_TIMEOUT: END_THE_WAIT,
    ER_QUERY_INTERRUPTED: END_THE_WAIT,
    POOL_TIMEOUT:
      'Every connection of the module is in use, or the server accepts no more: raise database.poolSize or its max_connections',
    '28P01': CHECK_LOGIN, // invalid password
    '28000': CHECK_LOGIN, // invalid authorization
    '3D000': CHECK_LOGIN, // no such database
    ER_ACCESS_DENIED_ERROR: CHECK_LOGIN,
    ER_DBACCESS_DENIED_ERROR: CHECK_LOGIN,
    ER_BAD_DB_ERROR: CHECK_LOGIN,
  }),
);

/** What has to be done before the same can succeed; `null` where waiting may be enough. */
export function cureOf(driverCode: string): string | null {
  // SQLite adds to its codes: SQLITE_READONLY_DBMOVED.
  const [general = driverCode] = /^SQLITE_[A-Z]+/.exec(driverCode) ?? [];
  return CURES.get(driverCode) ?? CURES.get(general) ?? null;
}
