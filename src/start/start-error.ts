/** Why the service cannot serve, as one sentence that says what to do. Nothing secret is in it. */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(
    message: string,
    /** The code of what failed, such as `EADDRINUSE`. */
    readonly code: string,
  ) {
    super(message);
  }
}
