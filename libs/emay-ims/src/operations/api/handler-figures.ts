/** Backlog of one durable handler. */
export interface HandlerFigures {
  /** Name of the handler. */
  handler: string;
  /** Events it is yet to be called with. */
  pending: number;
  /** Events it is not called with any more. */
  failed: number;
  /** Neither is counted further than this: such a figure means "at least". */
  countedTo: number;
  /** When the oldest pending event happened. */
  oldestAt: Date | null;
}

/** An event that waits for its handler, or that the handler was given up with. */
export interface HandlerEvent {
  id: string;
  handler: string;
  event: string;
  customImsId: string;
  state: 'PENDING' | 'FAILED';
  /** How often the handler was called with it. */
  attempts: number;
  /** Of `PENDING`: not before. */
  nextAt: Date | null;
  /** When it happened. */
  at: Date;
  /** The handler's last error. */
  error: string | null;
}
