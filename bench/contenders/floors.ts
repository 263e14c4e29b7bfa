import type { DatabaseKind } from '../support/databases.js';
import { floorMariadb } from './floor-mariadb.js';
import { floorPostgres } from './floor-postgres.js';
import { floorSqlite } from './floor-sqlite.js';
import type { Floor } from './floor.js';

export const FLOORS: Readonly<Record<DatabaseKind, Floor>> = {
  sqlite: floorSqlite,
  postgres: floorPostgres,
  mariadb: floorMariadb,
};
