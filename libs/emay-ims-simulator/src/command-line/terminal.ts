/** What the command reads and writes, so that a test can stand in for it. */
export interface Terminal {
  readonly out: TextOutput;
  readonly err: (line: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Runs a task again and again until the returned function is called. */
  readonly every: (milliseconds: number, task: () => void) => () => void;
  /** Ends the command. */
  readonly signal: AbortSignal;
}

export interface TextOutput {
  readonly write: (text: string) => void;
  /** How much was written that nobody has taken yet, in bytes. */
  readonly backlog: number;
  /** A person looks at it, and its cursor can be moved. */
  readonly isScreen: boolean;
  readonly columns: number;
}
