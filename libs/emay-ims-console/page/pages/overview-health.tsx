import { useState } from 'preact/hooks';
import { write } from '../api/client.js';
import type { Answers, Overview } from '../api/types.js';
import { Facts } from '../parts/facts.js';
import { useFormat } from '../parts/format.js';
import { explain } from '../parts/status-parts.js';
import { Code } from '../parts/text.js';
import { Time } from '../parts/time.js';
import { say } from '../parts/toasts.js';
import { useRights } from '../parts/use-rights.js';
import { ApiError } from '../api/client.js';
import { useWords } from '../words/words.js';

interface HealthProps {
  overview: Overview;
  account: string;
  onPulled: () => void;
}

export function Health({ overview: { status }, account, onPulled }: HealthProps) {
  const words = useWords();
  const format = useFormat();
  const may = useRights();
  const [isBusy, setBusy] = useState(false);
  const said = words.overview;
  const pull = async () => {
    setBusy(true);
    try {
      const { stoppedBy, reports } = await write<Answers['pull']>('pull', { account }, {});
      say(stoppedBy === null ? said.pulled(format.number(reports)) : said.pullStopped(stoppedBy), {
        isError: stoppedBy !== null,
      });
      onPulled();
    } catch (cause) {
      say(cause instanceof ApiError ? explain(cause, words) : String(cause), { isError: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="card">
      <h2>{said.health}</h2>
      <Facts
        facts={[
          [
            said.circuit,
            status.circuitOpenFor === null ? said.closed : <Code>{said.open(status.circuitOpenFor)}</Code>,
          ],
          [said.dispatch, status.dispatches ? words.yes : words.no],
          [said.polls, status.polls ? words.yes : words.no],
          [said.lastPull, status.lastGoodPullAt === null ? said.never : <Time at={status.lastGoodPullAt} />],
          [said.pollLease, said.lease[status.pollLease]],
          [said.lastReport, status.lastReportAt && <Time at={status.lastReportAt} />],
        ]}
      />
      {may('pull') && (
        <div class="buttons">
          <button type="button" disabled={isBusy} onClick={() => void pull()}>
            {said.pull}
          </button>
        </div>
      )}
    </section>
  );
}
