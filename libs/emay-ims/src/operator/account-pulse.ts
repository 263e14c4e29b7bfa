/** Whether an account submits and polls; cheap, however much is stored. */
export interface ImsAccountPulse {
  account: string;
  /** Why this instance's circuit is open: the gateway's code or the network's; `null`: it is closed. */
  circuitOpenFor: string | null;
  /** Since when the oldest ready message waits; `null`: none does. */
  oldestDueAt: Date | null;
  /** For how long it has waited, in ms, by the database's clock; `null`: none does. */
  oldestDueForMs: number | null;
  /** Whether this instance submits queued messages (`dispatch.enabled`). */
  dispatches: boolean;
  /**
   * Whether this instance is told at once of messages that others store (PostgreSQL, `database.notify`); `false`: it finds them by looking,
   * every `dispatch.intervalMs`.
   */
  listens: boolean;
  /** How reports come: `reports.source`. */
  reportSource: 'pull' | 'push' | 'both';
  /** Whether this instance polls for delivery reports on a schedule (`reports.enabled`, and a `reports.source` other than `push`). */
  polls: boolean;
  /** How often it does, in ms; `null`: by cron, or not at all. With `both`, once a minute while pushes come. */
  pollEveryMs: number | null;
  /**
   * When this instance last emptied the gateway's report queue, by this machine's clock; `null`: not since it started. For polls of other
   * instances, see the lease.
   */
  lastGoodPullAt: Date | null;
  /** How long ago that was, in ms; true also after this machine's clock has been set. `null`: not since it started. */
  lastGoodPullForMs: number | null;
  /**
   * Who holds the lease to poll. The holder began a poll within the last minute or so, as the lease outlasts one request by 20 s; only the
   * holder knows whether it succeeded. `nobody`: no poll, or the lease was given back.
   */
  pollLease: 'this-instance' | 'another-instance' | 'nobody';
  /** When that lease ends if nobody renews it, by the database's clock; `null`: nobody holds it. */
  pollLeaseUntil: Date | null;
  /** Why reports are blocked: the code of three refused polls in a row, or `REPEATED_PAGE`; `null`: they are not. */
  reportsBlockedFor: string | null;
  /**
   * Report batches set aside, as they could not be applied: see `reportPages()`. In a pulse, as of this instance's last poll; `status()`
   * counts them.
   */
  setAsidePages: number;
  /** Report batches in spool files of this machine, waiting for the database or refused by it. */
  spooledPages: number;
  /** The system's code if the spool folder cannot be listed, written or made, such as `EACCES`; `null`: it can. */
  spoolFailure: string | null;
}
