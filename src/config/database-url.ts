const SQLITE = 'sqlite:';
const SERVER = /^(postgres(?:ql)?|mysql|mariadb):\/\//;
/** Stands for a host that is no part of the URL: `postgres://user@/db?host=/run/postgresql`. */
const NO_HOST = 'socket';

export const DATABASE_URL_FORM =
  'must be sqlite:PATH, or postgres://…, mysql://… or mariadb://… with a host; in its credentials and parameters, ' +
  'percent-encode all but letters and digits: %40 for @, %2F for /, %3F for ?, %23 for #, %25 for %';

/**
 * Whether a database's address can be read in one way only. Where it cannot, a part of the password would be taken for a
 * host, a port or a name, and drivers write these into their errors.
 */
export function isDatabaseUrl(url: string): boolean {
  return sqlitePath(url) !== null || readServerUrl(url) !== null;
}

/** The path of an SQLite file; `null`: it is none. */
export function sqlitePath(url: string): string | null {
  if (!url.startsWith(SQLITE)) return null;
  const path = url.slice(SQLITE.length);
  // Somebody's server, or parameters such as `?password=…`: no file has such a name.
  return path === '' || /[?\n]|^\/\/[^/]|^[a-z]+:\/\//i.test(path) ? null : path;
}

/** The address as drivers take it, all of its user and password percent-encoded. */
export function serverUrl(url: string): string {
  const read = readServerUrl(url);
  return read === null || read.hostname === NO_HOST ? url : read.href;
}

/** Where messages are kept, for people: never more than the kind, the host and the name, or the file. */
export function describeDatabase(url: string): string {
  const path = sqlitePath(url);
  if (path !== null) return `${SQLITE}${path}`;
  const server = readServerUrl(url);
  if (server === null) return 'a database whose address cannot be read';
  return server.protocol + (server.hostname === NO_HOST ? '' : `//${server.hostname}`) + server.pathname;
}

function readServerUrl(text: string): URL | null {
  if (!SERVER.test(text)) return null;
  const url = parse(text) ?? parse(text.replace('@/', `@${NO_HOST}/`));
  // Behind the host an @ is the real one of a password with a slash or a question mark: u:1/2@host, u:1?2@host.
  if (url === null || (url.pathname + url.search + url.hash).includes('@')) return null;
  return isDecodable(url.username) && isDecodable(url.password) ? url : null;
}

function parse(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
