/** The kinds of database, for the workers as well: the files of those import nothing but what a packed worker has. */
export type ServerKind = 'postgres' | 'mariadb' | 'mysql';
export type Kind = 'sqlite' | ServerKind;
export type Dialect = 'sqlite' | 'postgres' | 'mysql';

/** MariaDB and MySQL are asked in the same way. */
export function dialectOf(kind: Kind): Dialect {
  return kind === 'mariadb' ? 'mysql' : kind;
}
