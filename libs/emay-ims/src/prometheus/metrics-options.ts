import type { Registry } from 'prom-client';

/** Which accounts are measured, and where the metrics stand. */
export interface EmayImsMetricsOptions {
  /** Where the metrics are registered. Default: prom-client's own registry, `register`. */
  registry?: Registry | undefined;
  /** Names of the accounts, or `all`: every one of the application, with those added at run time. Default: `default` alone. */
  accounts?: readonly string[] | 'all' | undefined;
  /**
   * How long the gauges that come from the database are kept, in ms; at least twenty times as long as it took to ask for
   * them, so that scraping a table of any size takes at most a twentieth of one connection's time. A failure is kept for this time
   * alone. Default: 10,000.
   */
  cacheMs?: number | undefined;
}
