/** A table cannot be read on from some row; rows before it may have been stored. The message says what to mend. */
export class TableError extends Error {}

/** The command line or the configuration is wrong; the message says what to write. Nothing was done. */
export class UsageError extends Error {}
