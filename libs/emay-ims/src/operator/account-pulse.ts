/** Whether an account sends and pulls: what can be told at once, however much is queued and kept. */
export interface ImsAccountPulse {
  account: string;
  /** Why this instance hands nothing over just now: the gateway's code or the network's; `null`: it does. */
  circuitOpenFor: string | null;
  /** Since when the oldest message that is due waits; `null`: none does. */
  oldestDueAt: Date | null;
  /** For how long it has waited, in ms, by the database's clock; `null`: none does. */
  oldestDueForMs: number | null;
  /** Whether this instance sends what is queued (`dispatch.enabled`). */
  dispatches: boolean;
  /** Whether this instance pulls delivery reports on a schedule (`reports.enabled`). */
  polls: boolean;
  /** How often it does, in ms; `null`: by cron, or not at all. */
  pollEveryMs: number | null;
  /**
   * When a pull of this instance last got to the end of the gateway's queue, by this host's clock; `null`: none has since
   * it started. Of other instances' pulls only the lease tells.
   */
  lastGoodPullAt: Date | null;
  /**
   * Who holds the lease to pull: whoever does has begun a pull within the last minute or so (the lease outlasts one request by
   * 20 s); whether it went well, that instance knows. `nobody`: none has, or it gave the lease back.
   */
  pollLease: 'this-instance' | 'another-instance' | 'nobody';
  /** When that lease ends if nobody renews it, by the database's clock; `null`: nobody holds it. */
  pollLeaseUntil: Date | null;
  /** The code with which the gateway refuses this instance's calls for reports, three times or more in a row; `null`: it does not. */
  reportsBlockedFor: string | null;
  /**
   * Pages of reports that could not be applied, however often that was tried: see `reportPages()`. In a pulse, as this instance knew
   * at its last pull; `status()` counts them.
   */
  setAsidePages: number;
  /** Pages that wait in spool files of this machine for the database, or were refused by it. */
  spooledPages: number;
  /** The system's code where the spool folder cannot be listed, such as `EACCES`: nobody knows what is in it. `null`: it can. */
  spoolFailure: string | null;
}
