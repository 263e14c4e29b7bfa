import { useState } from 'preact/hooks';
import { write } from '../api/client.js';
import { place, requery } from '../api/router.js';
import { me } from '../api/session.js';
import { useStore } from '../api/store.js';
import type { AccountDetails, Answers, KeptReport, ReportKind } from '../api/types.js';
import { usePages } from '../api/use-pages.js';
import { useResource } from '../api/use-resource.js';
import { AskDialog } from '../parts/ask-dialog.js';
import { AsOf } from '../parts/as-of.js';
import { useFormat } from '../parts/format.js';
import { Link } from '../parts/link.js';
import { SearchFoot } from '../parts/search-foot.js';
import { Empty, Loaded } from '../parts/status-parts.js';
import { Code, Text } from '../parts/text.js';
import { Time } from '../parts/time.js';
import { say } from '../parts/toasts.js';
import { useAccount, useRights } from '../parts/use-rights.js';
import { useWords } from '../words/words.js';

const KINDS = [
  'orphaned',
  'quarantined',
  'unreadable',
  'lost',
  'set-aside',
  'spooled',
] as const satisfies readonly ReportKind[];
/** Kinds of which one entry is a whole batch. */
const BATCHES: readonly ReportKind[] = ['unreadable', 'lost', 'set-aside', 'spooled'];

const REFRESH_MS = 30_000;

type Question = { what: 'retry'; pullId: string | null } | { what: 'acknowledge'; report: KeptReport };

export function ReportsPage() {
  const words = useWords();
  const account = useAccount();
  const may = useRights();
  const { query } = useStore(place);
  const kind = KINDS.find((name) => name === query.get('kind')) ?? 'orphaned';
  const format = useFormat();
  const pages = usePages<KeptReport>('reports', { account, kind });
  const counts = useCounts(account);
  const [question, setQuestion] = useState<Question | null>(null);
  const said = words.reports;
  const { items, reload } = pages;
  return (
    <>
      <header class="page-head">
        <h1>{words.nav.reports}</h1>
        {pages.data && <AsOf asOf={pages.data.asOf} at={pages.at} reload={pages.reload} />}
      </header>
      <div class="tabs" role="group" aria-label={said.kind}>
        {KINDS.map((name) => (
          <button key={name} type="button" aria-pressed={name === kind} onClick={() => requery({ kind: name })}>
            {said.kinds[name]}
            {counts !== null && counts[name] > 0 && <span class="badge">{format.number(counts[name])}</span>}
          </button>
        ))}
      </div>
      <p class="intro">{said.explain[kind]}</p>
      {may('retry-report') && items.filter(({ actions }) => actions.includes('retry')).length > 1 && (
        <div class="list-bar">
          <button type="button" onClick={() => setQuestion({ what: 'retry', pullId: null })}>
            {said.retryAll}
          </button>
        </div>
      )}
      <Loaded resource={pages}>
        {() =>
          items.length === 0 ? (
            <Empty title={said.empty[kind]} />
          ) : (
            <ul class="reports">
              {items.map((report) => (
                <Report
                  key={report.id}
                  report={report}
                  onRetry={() => setQuestion({ what: 'retry', pullId: report.id })}
                  onAcknowledge={() => setQuestion({ what: 'acknowledge', report })}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      <SearchFoot pages={pages} />
      {question?.what === 'retry' && (
        <AskDialog
          title={question.pullId === null ? said.askRetryAll : said.askRetry}
          risk={said.retryRisk}
          verb={said.retry}
          onClose={() => setQuestion(null)}
          onYes={async () => {
            const body = question.pullId === null ? {} : { pullId: question.pullId };
            const { retried } = await write<Answers['retry-report']>('retry-report', { account }, body);
            say(said.retried(String(retried)));
            reload();
          }}
        />
      )}
      {question?.what === 'acknowledge' && (
        <AskDialog
          title={said.askAcknowledge}
          risk={said.acknowledgeRisk}
          verb={said.acknowledge}
          wantsReason
          onClose={() => setQuestion(null)}
          onYes={async (reason) => {
            const { id } = question.report;
            const what = BATCHES.includes(question.report.kind) ? { pullId: id } : { reportId: id };
            await write('acknowledge', { account }, { ...what, reason });
            say(said.acknowledged);
            reload();
          }}
        />
      )}
    </>
  );
}

/** How many there are of each kind, so that nobody has to look into all six. */
function useCounts(account: string): Record<ReportKind, number> | null {
  const { data } = useResource<AccountDetails>('account', { account }, { everyMs: REFRESH_MS });
  if (data === null) return null;
  const { orphanedReports, quarantinedReports, unreadablePages, possibleLosses, setAsidePages, spooledPages } =
    data.status;
  return {
    orphaned: orphanedReports,
    quarantined: quarantinedReports,
    unreadable: unreadablePages,
    lost: possibleLosses,
    'set-aside': setAsidePages,
    spooled: spooledPages,
  };
}

interface ReportProps {
  report: KeptReport;
  onRetry: () => void;
  onAcknowledge: () => void;
}

function Report({ report, onRetry, onAcknowledge }: ReportProps) {
  const words = useWords();
  const format = useFormat();
  const may = useRights();
  const numbers = useStore(me)?.numbers;
  const { id, kind, at, customImsId, imsId, mobile, state, reports, reason, raw, actions } = report;
  const said = words.reports;
  const isBatch = BATCHES.includes(kind);
  const name = `report-${id}`;
  return (
    <li class="card report">
      <div class="report-head">
        <span id={name}>
          <Code>{isBatch ? id : (customImsId ?? imsId ?? id)}</Code>
        </span>
        {state !== null && <Code>{state}</Code>}
        {mobile !== null &&
          (numbers === 'full' ? (
            <Link to={['messages']} query={{ mobile }}>
              <Code>{mobile}</Code>
            </Link>
          ) : (
            <Code>{mobile}</Code>
          ))}
        {reports !== null && <span>{(kind === 'lost' ? said.atMost : said.reports)(format.number(reports))}</span>}
        {reason !== null && (
          <span class="report-reason">
            <Text>{reason}</Text>
          </span>
        )}
        <span class="spacer" />
        {at !== null && <Time at={at} />}
        {actions.includes('retry') && (
          <ReportButton right="retry-report" may={may('retry-report')} described={name} onClick={onRetry}>
            {said.retry}
          </ReportButton>
        )}
        {actions.includes('acknowledge') && (
          <ReportButton right="acknowledge" may={may('acknowledge')} described={name} onClick={onAcknowledge}>
            {said.acknowledge}
          </ReportButton>
        )}
      </div>
      {raw !== null && (
        <details class="raw">
          <summary>{said.raw}</summary>
          <pre tabIndex={0}>
            <Text>{raw}</Text>
          </pre>
        </details>
      )}
    </li>
  );
}

interface ReportButtonProps {
  right: string;
  may: boolean;
  described: string;
  onClick: () => void;
  children: string;
}

function ReportButton({ right, may, described, onClick, children }: ReportButtonProps) {
  const words = useWords();
  return (
    <button
      type="button"
      disabled={!may}
      aria-describedby={described}
      title={may ? undefined : words.forbidden.needs(words.right[right] ?? right)}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
