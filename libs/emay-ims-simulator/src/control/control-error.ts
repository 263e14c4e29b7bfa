/** Why a control call is not carried out: the HTTP status, and a sentence that says what to write. */
export class ControlError extends Error {
  constructor(
    readonly status: 400 | 403 | 404 | 405 | 413 | 415,
    sentence: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(sentence);
  }
}

/** Carries out what a body asks for; a `RangeError` says that the body was wrong. */
export function asAsked<T>(carryOut: () => T): T {
  try {
    return carryOut();
  } catch (error) {
    throw error instanceof RangeError ? new ControlError(400, error.message) : error;
  }
}
