import { Gauge, type Registry } from 'prom-client';
import type { EmayImsService } from '../emay-ims.service.js';
import type { ImsAccountStatus } from '../operator/account-status.js';
import { withinTime } from '../operator/within-time.js';
import { Snapshot } from './snapshot.js';

interface GaugeName {
  name: string;
  help: string;
  /** Which of the values of a cluster's workers counts. `prom-client` adds them up where it is not told. */
  aggregator: 'min' | 'max';
}

/** A gauge by account and what it shows; `null`: nothing just now. */
interface AccountGauge extends GaugeName {
  value: (status: ImsAccountStatus) => number | null;
}

const GAUGES: readonly AccountGauge[] = [
  {
    name: 'emay_ims_oldest_due_age_seconds',
    help: 'For how long the oldest queued message that is due has waited, by the clock of the database; 0: none is due.',
    aggregator: 'max',
    value: ({ oldestDueForMs }) => (oldestDueForMs ?? 0) / 1_000,
  },
  {
    name: 'emay_ims_circuit_open',
    help: 'Whether this instance hands nothing over, as the gateway is away or refuses the account.',
    aggregator: 'max',
    value: ({ circuitOpenFor }) => Number(circuitOpenFor !== null),
  },
  {
    name: 'emay_ims_listening',
    help: 'Whether this instance is told at once of messages that others store; 0: it finds them by looking.',
    aggregator: 'min',
    value: ({ listens }) => Number(listens),
  },
  {
    name: 'emay_ims_last_good_pull_timestamp_seconds',
    help: "When this instance last got to the end of the gateway's queue of reports; missing until it has.",
    aggregator: 'max',
    // From its age: the clock may have been set since.
    value: ({ lastGoodPullForMs: ageMs }) => (ageMs === null ? null : (Date.now() - ageMs) / 1_000),
  },
  {
    name: 'emay_ims_poll_lease_held',
    help: 'Whether this instance holds the lease to pull delivery reports.',
    aggregator: 'max',
    value: ({ pollLease }) => Number(pollLease === 'this-instance'),
  },
  {
    name: 'emay_ims_possible_losses',
    help: 'Pulls whose answer never came, or not in whole: the reports in it are gone.',
    aggregator: 'max',
    value: ({ possibleLosses }) => possibleLosses,
  },
  {
    name: 'emay_ims_unreadable_pages',
    help: 'Unreadable report batches; kept as received.',
    aggregator: 'max',
    value: ({ unreadablePages }) => unreadablePages,
  },
  {
    name: 'emay_ims_lost_reports_at_most',
    help: 'Delivery reports that those pulls may have held, at most.',
    aggregator: 'max',
    value: ({ lostReportsAtMost }) => lostReportsAtMost,
  },
  {
    name: 'emay_ims_set_aside_pages',
    help: 'Report batches set aside, as they could not be applied; kept.',
    aggregator: 'max',
    value: ({ setAsidePages }) => setAsidePages,
  },
  {
    name: 'emay_ims_spooled_pages',
    help: 'Report batches in spool files of this machine; missing if the folder cannot be used.',
    aggregator: 'max',
    value: ({ spooledPages, spoolFailure }) => (spoolFailure === null ? spooledPages : null),
  },
  {
    name: 'emay_ims_spool_failed',
    help: 'Whether the spool folder of this instance cannot be listed or written.',
    aggregator: 'max',
    value: ({ spoolFailure }) => Number(spoolFailure !== null),
  },
  {
    name: 'emay_ims_reports_blocked',
    help: "Whether the gateway refuses this instance's calls for delivery reports, again and again.",
    aggregator: 'max',
    value: ({ reportsBlockedFor }) => Number(reportsBlockedFor !== null),
  },
  {
    name: 'emay_ims_oldest_unreported_age_seconds',
    help: 'For how long the oldest accepted message has waited for its report, by the clock of the database; 0: none waits.',
    aggregator: 'max',
    value: ({ oldestUnreportedForMs }) => (oldestUnreportedForMs ?? 0) / 1_000,
  },
  {
    name: 'emay_ims_last_report_timestamp_seconds',
    help: 'When a delivery report last came; missing where none is known of.',
    aggregator: 'max',
    value: ({ lastReportAt }) => lastReportAt && lastReportAt.getTime() / 1_000,
  },
  {
    name: 'emay_ims_last_push_timestamp_seconds',
    help: 'When the gateway last pushed delivery reports, to any instance; missing where none is known of.',
    aggregator: 'max',
    value: ({ lastPushAt }) => lastPushAt && lastPushAt.getTime() / 1_000,
  },
  {
    name: 'emay_ims_orphaned_share',
    help: 'The share of the reports of the last 24 hours that no message answers to, 0 to 1; missing where none came.',
    aggregator: 'max',
    value: ({ orphanedShare }) => orphanedShare,
  },
  {
    name: 'emay_ims_reported_unsent_messages',
    help: 'Messages that a report says were sent, though not from this database: UNCONFIRMED, for a person to decide.',
    aggregator: 'max',
    value: ({ reportedUnsent }) => reportedUnsent,
  },
  {
    name: 'emay_ims_orphaned_reports',
    help: 'Delivery reports that no message answers to; kept.',
    aggregator: 'max',
    value: ({ orphanedReports }) => orphanedReports,
  },
  {
    name: 'emay_ims_quarantined_reports',
    help: 'Delivery reports that could not be read; kept.',
    aggregator: 'max',
    value: ({ quarantinedReports }) => quarantinedReports,
  },
  {
    name: 'emay_ims_pending_events',
    help: 'Events that wait for their durable handler, or that it is to be called with again.',
    aggregator: 'max',
    value: ({ pendingEvents }) => pendingEvents,
  },
  {
    name: 'emay_ims_failed_events',
    help: 'Events that their durable handler has failed at too often: it is not called with them any more.',
    aggregator: 'max',
    value: ({ failedEvents }) => failedEvents,
  },
];

/** No scrape waits longer for the database; Prometheus itself waits for ten seconds. */
const TIMEOUT_MS = 3_000;

/** The accounts as they are now. */
export type Services = () => ReadonlyMap<string, EmayImsService>;

/** What each account answered; `null`: its database did not, or not in time. */
type Answers<Answer> = () => Promise<{ account: string; answer: Answer | null }[]>;

/**
 * Registers what is kept in the database, looked up when somebody scrapes.
 *
 * - One look serves all gauges, and every scrape for a while: see `Snapshot`. Counting a large table is a look of its own.
 * - What the database does not answer in time is missing, and the scrape goes on. An answer that comes late is there for the
 *   next one.
 */
export function registerAccountGauges(registry: Registry, services: Services, cacheMs: number): void {
  const stats = answersOf(services, cacheMs, async (service) => ({
    askedAt: new Date(),
    ...(await service.statsAsOf()),
  }));
  const messages: GaugeName = {
    name: 'emay_ims_messages',
    help: 'Messages in the database by state.',
    aggregator: 'max',
  };
  registerGauge(registry, messages, ['account', 'state'], stats, (gauge, account, found) => {
    for (const [state, count] of Object.entries(found?.counts ?? {})) gauge.set({ account, state }, count);
  });
  const counted: GaugeName = {
    name: 'emay_ims_messages_counted_timestamp_seconds',
    help: 'When the messages by state were last counted, by the clock of the database.',
    aggregator: 'max',
  };
  registerGauge(registry, counted, ['account'], stats, (gauge, account, found) => {
    if (found) gauge.set({ account }, (found.asOf ?? found.askedAt).getTime() / 1_000);
  });
  const statuses = answersOf(services, cacheMs, (service) => service.status());
  const up: GaugeName = {
    name: 'emay_ims_database_up',
    help: 'Whether the database answered, and took writes, when it was last asked.',
    aggregator: 'min',
  };
  registerGauge(registry, up, ['account'], statuses, (gauge, account, status) => {
    gauge.set({ account }, Number(status !== null));
  });
  const source: GaugeName = {
    name: 'emay_ims_report_source',
    help: 'How delivery reports come to the account: pull, push or both.',
    aggregator: 'max',
  };
  registerGauge(registry, source, ['account', 'source'], statuses, (gauge, account, status) => {
    if (status) gauge.set({ account, source: status.reportSource }, 1);
  });
  for (const { value, ...named } of GAUGES) {
    registerGauge(registry, named, ['account'], statuses, (gauge, account, status) => {
      const shown = status && value(status);
      if (shown !== null) gauge.set({ account }, shown);
    });
  }
}

function answersOf<Answer>(
  services: Services,
  cacheMs: number,
  ask: (service: EmayImsService) => Promise<Answer>,
): Answers<Answer> {
  const snapshots = new WeakMap<EmayImsService, Snapshot<Answer>>();
  const snapshotOf = (service: EmayImsService) => {
    let snapshot = snapshots.get(service);
    if (!snapshot) snapshots.set(service, (snapshot = new Snapshot(async () => ask(service), cacheMs)));
    return snapshot;
  };
  return () =>
    Promise.all(
      [...services()].map(async ([account, service]) => ({
        account,
        // A mock may answer nothing at all.
        answer: (await withinTime(snapshotOf(service).get(), TIMEOUT_MS).catch(() => null)) ?? null,
      })),
    );
}

function registerGauge<Label extends string, Answer>(
  registry: Registry,
  named: GaugeName,
  labelNames: Label[],
  answers: Answers<Answer>,
  show: (gauge: Gauge<Label>, account: string, answer: Answer | null) => void,
): Gauge<Label> {
  return new Gauge<Label>({
    ...named,
    labelNames,
    registers: [registry],
    async collect() {
      const known = await answers();
      this.reset();
      for (const { account, answer } of known) show(this, account, answer);
    },
  });
}
