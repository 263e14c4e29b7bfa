/** A wrong argument, or a wrong file that an argument names; the message says what to write. */
export class ArgumentError extends Error {}
