/**
 * What the thread of an SQLite file runs: it opens the file, and performs the steps of each message in one go.
 *
 * - A text, so that there is no file of its own to be found beside a bundle, and so that nothing a build tool adds to functions (names
 *   that are kept, counters of coverage) is missed where it runs.
 * - It takes Node's modules by `process.getBuiltinModule`: Node may take it for a script or for a module (`--input-type`).
 * - Where a step fails that others depend on, all that follow fail with it, until a message begins anew: no statement of a transaction
 *   that could not begin, or of one that SQLite has taken back, is committed by itself.
 */
export const SQLITE_THREAD_PROGRAM = `'use strict';
const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
const { createRequire } = process.getBuiltinModule('node:module');
const { statSync } = process.getBuiltinModule('node:fs');
const { path, driver, pnp, pragmas, files } = workerData;

const MAX_PREPARED = 100;
const BUSY = new Set(['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT']);
const prepared = new Map();
let database;
let lost = null;
let isInTransaction = false;

function open() {
  assertInPlace(); // SQLite would make a new file.
  if (pnp) createRequire(pnp)(pnp).setup();
  const loaded = createRequire(driver)(driver);
  const Database = loaded.default ?? loaded;
  database = new Database(path);
  for (const pragma of pragmas) database.pragma(pragma);
}

function assertInPlace() {
  for (const { path, dev, ino } of files) {
    const found = look(path);
    if (!found || found.ino !== ino || found.dev !== dev) {
      throw Object.assign(new Error('deleted or replaced'), { code: 'SQLITE_READONLY_DBMOVED' });
    }
  }
}

function look(path) {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function statementOf(sql) {
  const known = prepared.get(sql);
  if (known) return known;
  const statement = database.prepare(sql);
  const made = { statement, isReader: statement.reader };
  prepared.set(sql, made);
  if (prepared.size > MAX_PREPARED) prepared.delete(prepared.keys().next().value);
  return made;
}

/** Rows, or how many of them were changed. */
function execute(sql, parameters = []) {
  const { statement, isReader } = statementOf(sql);
  const given = parameters.map(asDriverTakes);
  return isReader ? statement.all(...given) : statement.run(...given).changes;
}

/** Bytes arrive as a plain Uint8Array. */
function asDriverTakes(value) {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

function apart(sql, parameters) {
  return underSavepoint(() => execute(sql, parameters));
}

function underSavepoint(work) {
  required(() => execute('SAVEPOINT work'));
  try {
    const result = work();
    execute('RELEASE work');
    return result;
  } catch (error) {
    required(() => {
      if (BUSY.has(error?.code)) throw error;
      try {
        execute('ROLLBACK TO work');
      } catch {
        throw error; // SQLite has taken the whole transaction back.
      }
      execute('RELEASE work');
    });
    throw error;
  }
}

function required(step) {
  try {
    return step();
  } catch (error) {
    lost = error;
    throw error;
  }
}

const STEPS = {
  alone() {
    lost = null;
    required(assertInPlace);
  },
  begin() {
    lost = null;
    // IMMEDIATE: a transaction that begins with a read cannot wait for the write lock later, only fail.
    required(() => execute('BEGIN IMMEDIATE'));
    isInTransaction = true;
  },
  statement(sql, parameters) {
    try {
      return execute(sql, parameters);
    } catch (error) {
      // On a full disk SQLite takes the whole transaction back.
      if (isInTransaction && !database.inTransaction) lost = error;
      throw error;
    }
  },
  apart,
  all: (_, statements) => underSavepoint(() => statements.forEach(([sql, parameters]) => execute(sql, parameters))),
  savepoint: () => required(() => execute('SAVEPOINT work')),
  release: () => required(() => execute('RELEASE work')),
  undo() {
    required(() => {
      execute('ROLLBACK TO work');
      execute('RELEASE work');
    });
  },
  commit() {
    required(() => {
      assertInPlace();
      execute('COMMIT');
      isInTransaction = false;
    });
  },
  rollback() {
    lost = null;
    isInTransaction = false;
    execute('ROLLBACK');
  },
};
const BEGINS_ANEW = new Set(['alone', 'begin', 'rollback']);

function perform([kind, sql, parameters]) {
  try {
    if (lost && !BEGINS_ANEW.has(kind)) throw lost;
    return { result: STEPS[kind](sql, parameters) };
  } catch (error) {
    return { failure: { code: error?.code, name: error?.name } };
  }
}

function close() {
  prepared.clear();
  database.close();
  end();
}

/** Of this thread. A driver may have left something that keeps it alive. */
function end() {
  process.exit();
}

try {
  open();
  parentPort.on('message', (steps) => {
    if (steps === null) close();
    else parentPort.postMessage(steps.map(perform));
  });
  parentPort.postMessage({ failure: null });
} catch (error) {
  database?.close?.();
  parentPort.postMessage({ failure: { code: error?.code, name: error?.name, message: error?.message } });
  end();
}
`;
