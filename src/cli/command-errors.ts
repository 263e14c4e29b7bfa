/** A table cannot be read on from some row; rows before it may have been stored. The message says what to mend. */
export class TableError extends Error {}

/** A file cannot be written to its end. The message says which, why and what to do. */
export class OutputError extends Error {}

/** The command line or the configuration is wrong; the message says what to write. Nothing was done. */
export class UsageError extends Error {}

/** There is no message with this id. */
export class NoSuchMessageError extends Error {
  constructor(customImsId: string) {
    super(`There is no message with the id ${customImsId}.`);
  }
}

/** What was confirmed is not what there is. The message says what is; nothing was done. */
export class NotConfirmedError extends Error {}
