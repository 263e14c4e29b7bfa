import { Gauge, type Registry } from 'prom-client';
import type { EmayImsService } from '../emay-ims.service.js';
import type { ImsMessageState } from '../messages/message-state.js';
import type { ImsAccountStatus } from '../operator/account-status.js';
import { Snapshot } from './snapshot.js';

interface AccountFacts {
  status: ImsAccountStatus;
  stats: Record<ImsMessageState, number>;
}

/** A gauge by account and what it shows; `null`: nothing just now. */
interface AccountGauge {
  name: string;
  help: string;
  value: (status: ImsAccountStatus) => number | null;
}

const GAUGES: readonly AccountGauge[] = [
  {
    name: 'emay_ims_oldest_due_age_seconds',
    help: 'For how long the oldest queued message that is due has waited, by the clock of the database; 0: none is due.',
    value: ({ oldestDueForMs }) => (oldestDueForMs ?? 0) / 1_000,
  },
  {
    name: 'emay_ims_circuit_open',
    help: 'Whether this instance hands nothing over, as the gateway is away or refuses the account.',
    value: ({ circuitOpenFor }) => Number(circuitOpenFor !== null),
  },
  {
    name: 'emay_ims_last_good_pull_timestamp_seconds',
    help: "When this instance last got to the end of the gateway's queue of reports; missing until it has.",
    value: ({ lastGoodPullAt }) => lastGoodPullAt && lastGoodPullAt.getTime() / 1_000,
  },
  {
    name: 'emay_ims_poll_lease_held',
    help: 'Whether this instance holds the lease to pull delivery reports.',
    value: ({ pollLease }) => Number(pollLease === 'this-instance'),
  },
  {
    name: 'emay_ims_possible_losses',
    help: 'Pulls whose answer never came, or not in whole: the reports in it are gone.',
    value: ({ possibleLosses }) => possibleLosses,
  },
  {
    name: 'emay_ims_unreadable_pages',
    help: 'Pages of delivery reports that could not be read; kept as they came.',
    value: ({ unreadablePages }) => unreadablePages,
  },
  {
    name: 'emay_ims_orphaned_reports',
    help: 'Delivery reports that no message answers to; kept.',
    value: ({ orphanedReports }) => orphanedReports,
  },
  {
    name: 'emay_ims_quarantined_reports',
    help: 'Delivery reports that could not be read; kept.',
    value: ({ quarantinedReports }) => quarantinedReports,
  },
];

/**
 * Registers what is kept in the database, looked up when somebody scrapes.
 *
 * - One look serves all gauges, and every scrape for a while: see `Snapshot`.
 * - Where the database does not answer, its gauges are missing and `emay_ims_database_up` is 0; the scrape goes on.
 */
export function registerAccountGauges(
  registry: Registry,
  services: ReadonlyMap<string, EmayImsService>,
  cacheMs: number,
): void {
  const snapshots = [...services].map(
    ([account, service]) => [account, new Snapshot(() => factsOf(service), cacheMs)] as const,
  );
  const register = <Label extends string>(
    name: string,
    help: string,
    labelNames: Label[],
    show: (gauge: Gauge<Label>, account: string, facts: AccountFacts | null) => void,
  ) =>
    new Gauge<Label>({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const known = await Promise.all(
          snapshots.map(async ([account, snapshot]) => ({ account, facts: await snapshot.get() })),
        );
        this.reset();
        for (const { account, facts } of known) show(this, account, facts);
      },
    });

  register(
    'emay_ims_database_up',
    'Whether the database answered when it was last asked.',
    ['account'],
    (gauge, account, facts) => gauge.set({ account }, Number(facts !== null)),
  );
  register('emay_ims_messages', 'Messages in the database by state.', ['account', 'state'], (gauge, account, facts) => {
    for (const [state, count] of Object.entries(facts?.stats ?? {})) gauge.set({ account, state }, count);
  });
  for (const { name, help, value } of GAUGES) {
    register(name, help, ['account'], (gauge, account, facts) => {
      const shown = facts && value(facts.status);
      if (shown !== null) gauge.set({ account }, shown);
    });
  }
}

/** What the database and this instance tell; `null` where the database does not answer. */
async function factsOf(service: EmayImsService): Promise<AccountFacts | null> {
  try {
    return { status: await service.status(), stats: await service.stats() };
  } catch {
    return null;
  }
}
