/**
 * Before each suite: the module collects all garbage wherever an SQLite file is closed (`embedded-sqlite-source.ts`), and in
 * a process that has run many suites that takes longer than most tests. It takes a collector that is there already, so it gets
 * one that does nothing. A spec that looks at what is closed takes it away again.
 */
globalThis.gc ??= (() => undefined) as NodeJS.GCFunction;
