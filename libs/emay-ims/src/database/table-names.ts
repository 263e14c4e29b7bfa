import type { DataSource } from 'typeorm';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';

/** The tables by the names that our statements call them, each with the name that TypeORM knows its entity by. */
const TABLES = {
  emay_ims_message: 'ImsMessage',
  emay_ims_report: 'ImsReport',
  emay_ims_report_batch: 'ImsReportBatch',
  emay_ims_resolution: 'ImsResolution',
  emay_ims_event: 'ImsDurableEvent',
  emay_ims_lease: 'ImsLease',
  emay_ims_due: 'ImsDue',
  emay_ims_attempt: 'ImsAttempt',
  emay_ims_trace: 'ImsTrace',
  emay_ims_audit: 'ImsAudit',
  emay_ims_action: 'ImsAction',
  emay_ims_figure: 'ImsFigure',
  emay_ims_figure_unit: 'ImsFigureUnit',
  emay_ims_figure_run: 'ImsFigureRun',
  emay_ims_figure_mark: 'ImsFigureMark',
} as const;

/** Tables of releases before, which migrations make and drop. */
const FORMER_TABLES = { emay_ims_sweep: 'ImsSweep' };

/** A table, as our statements call it. */
export type ImsTable = keyof typeof TABLES;
export const IMS_TABLES = Object.keys(TABLES) as ImsTable[];

/** Our names, and what is quoted, in which they are none of ours. */
const NAMES = /"[^"]*"|`[^`]*`|'[^']*'|\bemay_ims_[a-z_]+/g;

/** Bytes of the longest name that each database takes; PostgreSQL would cut a longer one short without a word. */
const MAX_NAME_LENGTH = 63;
const LONGEST_SUFFIX = '_batch_state'.length;

/** Where the tables of a DataSource lie. */
export interface TablePlace {
  /** PostgreSQL: a schema. MySQL: a database. `null`: wherever a name without one leads. */
  schema: string | null;
  /** What TypeORM puts before and makes of a table's name. */
  rename: (table: string, entity: string) => string;
}

/** Names that override what the DataSource says: for tables that were made before these options were obeyed. */
export interface PinnedPlace {
  schema?: string;
  entityPrefix?: string;
}

/**
 * Puts the names that tables and indexes have in this database into statements, which call them `emay_ims_…`: the one place
 * that knows of `schema`, `entityPrefix` and naming strategies.
 */
export class TableNames {
  private readonly names = new Map<string, string>();
  /** `"` or, on MySQL, a backtick. */
  readonly quoteMark: string;

  constructor(
    type: string,
    /** Where statements find the tables; `null`: by their bare names, as migrations of one connection do. */
    readonly schema: string | null = null,
    rename: TablePlace['rename'] = (table) => table,
  ) {
    this.quoteMark = type === 'postgres' || type === 'better-sqlite3' ? '"' : '`';
    for (const [table, entity] of Object.entries({ ...TABLES, ...FORMER_TABLES }))
      this.names.set(table, checked(rename(table, entity)));
  }

  /** The name of the table alone. */
  bare(table: ImsTable): string {
    return this.names.get(table) as string;
  }

  /** The table as a statement names it. */
  table(table: ImsTable): string {
    const name = this.quote(this.bare(table));
    return this.schema === null ? name : `${this.quote(this.schema)}.${name}`;
  }

  /** The table as TypeORM's schema methods take it. */
  path(table: ImsTable): string {
    return this.schema === null ? this.bare(table) : `${this.schema}.${this.bare(table)}`;
  }

  /** An index as `ALTER INDEX` and `DROP INDEX` name it on PostgreSQL, where it lies in a schema of its own right. */
  index(table: ImsTable, index: string): string {
    const name = this.quote(this.bareIndex(table, index));
    return this.schema === null ? name : `${this.quote(this.schema)}.${name}`;
  }

  /** An index belongs to its table, and carries its name: two applications may share a schema. */
  bareIndex(table: ImsTable, index: string): string {
    return this.bare(table) + index.slice(table.length);
  }

  /** A statement as the database takes it; names that are quoted have their place already. */
  place(sql: string): string {
    return sql.replace(NAMES, (name) => (name.startsWith('emay_ims_') ? this.find(name) : name));
  }

  quote(name: string): string {
    return this.quoteMark + name.replaceAll(this.quoteMark, this.quoteMark.repeat(2)) + this.quoteMark;
  }

  /** A name as a text, for those who look it up in a catalogue. */
  literal(name: string): string {
    const text = name.replaceAll("'", "''");
    return `'${this.quoteMark === '`' ? text.replaceAll('\\', '\\\\') : text}'`;
  }

  private find(name: string): string {
    if (this.names.has(name)) return this.table(name as ImsTable);
    // The longest first: the indexes of `emay_ims_report_batch` are none of `emay_ims_report`.
    const owner = IMS_TABLES.filter((table) => name.startsWith(`${table}_`)).sort(
      (one, other) => other.length - one.length,
    );
    return owner[0] ? this.quote(this.bareIndex(owner[0], name)) : name;
  }
}

/** Where TypeORM would put the tables of this DataSource. */
export function placeOf({ options, namingStrategy }: DataSource, pinned: PinnedPlace = {}): TablePlace {
  const { schema, entityPrefix } = { schema: schemaOf(options), entityPrefix: options.entityPrefix, ...pinned };
  return {
    schema: schema || null,
    rename: (table, entity) => {
      const name = pinned.entityPrefix === undefined ? namingStrategy.tableName(entity, table) : table;
      return entityPrefix ? namingStrategy.prefixTableName(entityPrefix, name) : name;
    },
  };
}

/** On MySQL TypeORM looks at none. */
function schemaOf(options: DataSource['options']): string | undefined {
  return options.type === 'postgres' ? options.schema : undefined;
}

function checked(name: string): string {
  const problem = name.includes('.')
    ? 'has a dot in it: put the schema into the option schema, and leave dots out of entityPrefix and naming strategy'
    : Buffer.byteLength(name) + LONGEST_SUFFIX > MAX_NAME_LENGTH
      ? `is too long: with an index's suffix it may have ${MAX_NAME_LENGTH} bytes. Shorten entityPrefix`
      : null;
  if (problem === null) return name;
  throw new EmayImsOptionsError(`EmayImsModule cannot start: the table name "${name}" of its DataSource ${problem}.`);
}
