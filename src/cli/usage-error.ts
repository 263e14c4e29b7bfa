/** The command line or the configuration is wrong; the message says what to write. Nothing was done. */
export class UsageError extends Error {}
