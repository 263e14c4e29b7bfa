import type { Overview } from '../api/types.js';
import { useFormat } from '../parts/format.js';
import { Tile } from '../parts/tile.js';
import { useWords } from '../words/words.js';

/** A queue that is older than this is an alert in docs/operations.md. */
const OLD_MS = 5 * 60_000;

export function Tiles({ overview }: { overview: Overview }) {
  const words = useWords();
  const format = useFormat();
  const { status, latency, range } = overview;
  const said = words.overview;
  const isOld = (status.oldestDueForMs ?? 0) > OLD_MS;
  const kept = keptOf(status);
  return (
    <div class="tile-rows">
      <div class="tiles">
        <Tile
          label={said.rate}
          value={format.number(Math.round(overview.submittedPerMinute * 10) / 10)}
          hint={status.circuitOpenFor === null ? said.circuitClosed : said.circuitOpen(status.circuitOpenFor)}
          tone={status.circuitOpenFor === null ? undefined : 'error'}
        />
        <Tile
          label={said.queued}
          value={format.number(overview.queued)}
          hint={status.oldestDueForMs === null ? said.noneWaits : said.oldest(format.duration(status.oldestDueForMs))}
          tone={isOld ? 'error' : undefined}
          to={['messages']}
          query={{ state: 'QUEUED' }}
        />
        <Tile
          label={said.inFlight}
          value={format.number(overview.inFlight)}
          hint={said.inFlightHint}
          to={['messages']}
          query={{ state: 'SUBMITTING' }}
        />
        <Tile
          label={said.delivered}
          value={format.percent(overview.deliveredShare)}
          hint={said.deliveredHint}
          to={['countries']}
          query={{ range }}
        />
        <Tile
          label={said.latency}
          value={latency.p50Ms === null ? '–' : format.duration(latency.p50Ms)}
          hint={latency.p95Ms === null ? said.noLatency : said.latencyHint(format.duration(latency.p95Ms))}
          to={['messages']}
          query={{ state: 'DELIVERED' }}
        />
      </div>
      <div class="tiles">
        <Tile
          label={said.doubts}
          value={format.number(overview.totals.UNCONFIRMED)}
          hint={said.doubtsHint}
          tone={overview.totals.UNCONFIRMED > 0 ? 'warning' : undefined}
          to={['doubts']}
        />
        <Tile
          label={said.losses}
          value={format.number(status.possibleLosses)}
          hint={status.possibleLosses > 0 ? said.lossesHint(format.number(status.lostReportsAtMost)) : words.none}
          tone={status.possibleLosses > 0 ? 'warning' : undefined}
          to={['reports']}
          query={{ kind: 'lost' }}
        />
        <Tile
          label={said.reports}
          value={format.number(kept)}
          hint={said.reportsHint}
          tone={kept > 0 ? 'warning' : undefined}
          to={['reports']}
        />
        <Tile
          label={said.events}
          value={format.number(status.failedEvents)}
          hint={said.eventsHint(format.number(status.pendingEvents))}
          tone={status.failedEvents > 0 ? 'warning' : undefined}
          to={['events']}
        />
      </div>
    </div>
  );
}

const keptOf = (status: Overview['status']): number =>
  status.orphanedReports +
  status.quarantinedReports +
  status.unreadablePages +
  status.setAsidePages +
  status.spooledPages;
