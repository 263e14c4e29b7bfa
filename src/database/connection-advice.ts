const LOGIN = 'Correct user and password in EMAY_IMS_DATABASE_URL.';
const NAME = 'Create the database, or correct its name in EMAY_IMS_DATABASE_URL.';
const RIGHTS =
  'Grant its user what the migrations need (CREATE on the schema; ALTER, CREATE and INDEX on MySQL), or run them as another user first.';
const SILENT =
  'Nothing answers there: start the server, or correct host and port in EMAY_IMS_DATABASE_URL, or open the firewall.';
const NO_HOST = 'There is no such host: correct EMAY_IMS_DATABASE_URL.';
const CROWDED = 'It takes no more connections: raise max_connections there, or end what holds them.';
const STARTING = 'It is starting or stopping: try again once it is up.';
const READ_ONLY = 'It takes no writes: point EMAY_IMS_DATABASE_URL at the primary.';

const ADVICE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ECONNREFUSED: 'Nothing listens there: start the server, or correct host and port in EMAY_IMS_DATABASE_URL.',
    ENOENT: 'Its socket is not there: start the server, or correct the path in EMAY_IMS_DATABASE_URL.',
    ENOTFOUND: NO_HOST,
    EAI_AGAIN: NO_HOST,
    ETIMEDOUT: SILENT,
    TIMEOUT: SILENT,
    EHOSTUNREACH: SILENT,
    ENETUNREACH: SILENT,
    '28P01': LOGIN,
    '28000': LOGIN,
    ER_ACCESS_DENIED_ERROR: LOGIN,
    ER_ACCESS_DENIED_NO_PASSWORD_ERROR: LOGIN,
    '3D000': NAME,
    ER_BAD_DB_ERROR: NAME,
    ER_DBACCESS_DENIED_ERROR: NAME,
    ER_NO_DB_ERROR: 'Name the database in EMAY_IMS_DATABASE_URL: mysql://user:password@host/NAME.',
    '3F000': 'The search_path of its user names no schema that exists: create one, or ALTER ROLE … SET search_path.',
    '42501': RIGHTS,
    ER_TABLEACCESS_DENIED_ERROR: RIGHTS,
    '25006': READ_ONLY,
    ER_OPTION_PREVENTS_STATEMENT: READ_ONLY,
    ER_READ_ONLY_MODE: READ_ONLY,
    '53300': CROWDED,
    ER_CON_COUNT_ERROR: CROWDED,
    ER_TOO_MANY_USER_CONNECTIONS: CROWDED,
    '57P03': STARTING,
    ER_SERVER_SHUTDOWN: STARTING,
    ER_HOST_NOT_PRIVILEGED: 'It takes no connection from this machine: grant its user access from here.',
  }),
);

/** Codes of what passes by itself, as while a server is being started. */
const PASSING = new Set(
  ['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'TIMEOUT', 'EHOSTUNREACH', 'ENETUNREACH'].concat(
    ['ECONNRESET', 'EPIPE', 'PROTOCOL_CONNECTION_LOST', 'CONNECTION_LOST', 'ER_SERVER_SHUTDOWN'],
    ['57P03', '57P01', '53300', 'ER_CON_COUNT_ERROR', 'ER_TOO_MANY_USER_CONNECTIONS'],
  ),
);

/** What to do about a database that cannot be connected to, or migrated. */
export function connectionAdvice(code: string): string {
  return ADVICE.get(code) ?? 'See that the server is up and EMAY_IMS_DATABASE_URL is right.';
}

export function passesByItself(code: string): boolean {
  return PASSING.has(code);
}
