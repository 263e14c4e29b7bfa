import { useEffect, useState } from 'preact/hooks';
import { ApiError, write } from '../api/client.js';
import { onLive } from '../api/live.js';
import { me } from '../api/session.js';
import { useStore } from '../api/store.js';
import type { CountryFigures, Latency, MessageAction, MessageEvidence, OperatorMessage } from '../api/types.js';
import { useResource } from '../api/use-resource.js';
import { ActionDialog } from '../parts/action-dialog.js';
import { AsOf } from '../parts/as-of.js';
import { Facts } from '../parts/facts.js';
import { useFormat } from '../parts/format.js';
import { Icon } from '../parts/icons.js';
import { Link } from '../parts/link.js';
import { MessageLine } from '../parts/message-line.js';
import { StateMark } from '../parts/state-mark.js';
import { Empty, explain, Loaded } from '../parts/status-parts.js';
import { Code, Text } from '../parts/text.js';
import { Time } from '../parts/time.js';
import { Timeline } from '../parts/timeline.js';
import { say } from '../parts/toasts.js';
import { useAccount, useRights } from '../parts/use-rights.js';
import { saying } from '../words/saying.js';
import { useWords } from '../words/words.js';
import type { PageProps } from '../shell/routes.js';

/** What is still on its way is looked at again now and then, even if no event tells of it. */
const REFRESH_MS = 15_000;

export function MessagePage({ segments }: PageProps) {
  const words = useWords();
  const account = useAccount();
  const id = segments[1]!;
  const evidence = useResource<MessageEvidence>(
    `messages/${encodeURIComponent(id)}`,
    { account },
    { everyMs: REFRESH_MS },
  );
  const { reload } = evidence;
  useEffect(
    () => onLive('message', (changes) => changes.some(({ customImsId }) => customImsId === id) && reload()),
    [id, reload],
  );
  const isMissing = evidence.error?.status === 404 && evidence.data === null;
  return (
    <>
      <header class="page-head">
        <Link to={['messages']} class="back" title={words.nav.messages}>
          <Icon name="back" />
          <span class="hidden">{words.back}</span>
        </Link>
        <h1>
          <Code>{id}</Code>
        </h1>
        {evidence.data && <StateMark state={evidence.data.message.state} />}
        <AsOf asOf={null} at={evidence.at} reload={evidence.reload} />
      </header>
      {isMissing ? (
        <Empty title={words.message.notFound(id)} hint={words.message.notFoundHint} />
      ) : (
        <Loaded resource={evidence}>{(data) => <Evidence evidence={data} account={account} reload={reload} />}</Loaded>
      )}
    </>
  );
}

interface EvidenceProps {
  evidence: MessageEvidence;
  account: string;
  reload: () => void;
}

function Evidence({ evidence, account, reload }: EvidenceProps) {
  const words = useWords();
  const { timeline, rawAnswer, others } = evidence;
  return (
    <div class="message-page">
      <div class="message-side">
        <Verdict evidence={evidence} account={account} reload={reload} />
        <MessageFacts evidence={evidence} account={account} />
      </div>
      <div class="message-main">
        <section class="card">
          <h2>{words.message.timeline}</h2>
          <Timeline steps={timeline} />
        </section>
        {rawAnswer !== null && (
          <section class="card">
            <h2>{words.message.raw}</h2>
            <pre tabIndex={0}>
              <Text>{rawAnswer}</Text>
            </pre>
          </section>
        )}
        <section class="card">
          <h2>{words.message.others}</h2>
          {others.length === 0 ? (
            <p class="muted">{words.message.noOthers}</p>
          ) : (
            <ul class="lines">
              {others.map((other) => (
                <li key={other.customImsId}>
                  <MessageLine message={other} isSameNumber />
                </li>
              ))}
            </ul>
          )}
        </section>
      </div>
    </div>
  );
}

const TONES: Record<string, string> = {
  delivered: 'delivered',
  'doubt-proved-sent': 'delivered',
  undeliverable: 'undeliverable',
  rejected: 'rejected',
  doubt: 'doubt',
  'reported-unsent': 'doubt',
  unknown: 'doubt',
  'given-up': 'doubt',
  'in-flight': 'flight',
  accepted: 'flight',
};

function Verdict({ evidence, account, reload }: EvidenceProps) {
  const words = useWords();
  const format = useFormat();
  const may = useRights();
  const [wanted, setWanted] = useState<MessageAction | null>(null);
  const { message, verdict, actions } = evidence;
  const said = words.verdict[verdict.id];
  const usual = useUsualLatency(message, account, verdict.id === 'accepted');
  const allowed = actions.filter((action) => may(action));
  const forbidden = actions.filter((action) => !may(action));
  return (
    <section class={`card verdict verdict-${TONES[verdict.id] ?? 'ended'}`} aria-label={words.message.verdict}>
      <h2>{said.title}</h2>
      <dl>
        <dt>{words.message.know}</dt>
        <dd>
          <Text>{said.know(saying({ ...usual, ...verdict.values }, format, words.unknownCountry))}</Text>
        </dd>
        {said.dontKnow !== '' && (
          <>
            <dt>{words.message.dontKnow}</dt>
            <dd>{said.dontKnow}</dd>
          </>
        )}
        <dt>{words.message.resendRisk}</dt>
        <dd class={`resend-${verdict.resend}`}>{words.message.resend[verdict.resend]}</dd>
      </dl>
      {actions.length > 0 && (
        <div class="buttons">
          {allowed.map((action) => (
            <button
              key={action}
              type="button"
              class={action === 'resend' ? 'danger-outline' : ''}
              onClick={() => setWanted(action)}
            >
              {words.action[action]}
            </button>
          ))}
          {forbidden.map((action) => (
            <button key={action} type="button" disabled title={words.forbidden.needs(words.right[action] ?? action)}>
              {words.action[action]}
            </button>
          ))}
        </div>
      )}
      {wanted && (
        <ActionDialog
          account={account}
          wanted={{ action: wanted, ids: [message.customImsId] }}
          onClose={() => setWanted(null)}
          onDone={reload}
        />
      )}
    </section>
  );
}

function MessageFacts({ evidence, account }: Omit<EvidenceProps, 'reload'>) {
  const words = useWords();
  const format = useFormat();
  const may = useRights();
  const current = useStore(me);
  const { message, resolutions } = evidence;
  const [revealed, setRevealed] = useState<{ mobile: string; content: string } | null>(null);
  const { mobile, content } = revealed ?? message;
  const isHidden = revealed === null && (current?.numbers === 'masked' || current?.texts === 'hidden');
  const reveal = async () => {
    try {
      setRevealed(await write('reveal', { account }, { customImsId: message.customImsId }));
    } catch (cause) {
      say(cause instanceof ApiError ? explain(cause, words) : String(cause), { isError: true });
    }
  };
  return (
    <section class="card">
      <h2>{words.message.facts}</h2>
      <Facts
        facts={[
          [
            words.messages.mobile,
            <>
              <Code>{mobile}</Code>
              {message.country && (
                <Link to={['countries', message.country]}>{format.country(message.country, words.unknownCountry)}</Link>
              )}
            </>,
          ],
          [
            words.message.content,
            revealed === null && current?.texts !== 'full' ? (
              <span class="muted">{words.messages.hiddenText}</span>
            ) : (
              <span class="sms-text">
                <Text>{content}</Text>
              </span>
            ),
          ],
          isHidden &&
            may('reveal') && [
              '',
              <>
                <button type="button" onClick={() => void reveal()}>
                  {words.message.reveal}
                </button>
                <small class="muted">{words.message.revealHint}</small>
              </>,
            ],
          [words.messages.code, message.code && <Code>{message.code}</Code>],
          [
            words.message.reportState,
            message.reportState && (
              <>
                <Code>{message.reportState}</Code>
                {message.reportDescription && <Text>{message.reportDescription}</Text>}
              </>
            ),
          ],
          [words.message.imsId, message.imsId && <Code>{message.imsId}</Code>],
          [words.message.attempts, message.attempts > 0 && words.message.times(message.attempts)],
          [words.message.priority, message.priority !== 0 && String(message.priority)],
          [words.message.sendAt, time(message.sendAt)],
          [words.message.expiresAt, time(message.expiresAt)],
          [words.message.dueAt, time(message.dueAt)],
          [
            words.message.gatewayTimes,
            message.gatewaySubmitTime && (
              <>
                <Time at={message.gatewaySubmitTime} isFull />
                {message.gatewayReceiveTime && (
                  <>
                    {' → '}
                    <Time at={message.gatewayReceiveTime} isFull />
                  </>
                )}
              </>
            ),
          ],
        ]}
      />
      {resolutions.length > 0 && (
        <>
          <h3>{words.message.decisions}</h3>
          <ul class="lines">
            {resolutions.map(({ id, decidedBy, decision, reason, decidedAt }) => (
              <li key={id}>
                <Time at={decidedAt} />{' '}
                <Text>{words.message.decided(decidedBy, words.message.decision[decision])}</Text>
                <br />
                <span class="muted">
                  <Text>{reason}</Text>
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

const time = (at: string | null) => at && <Time at={at} isFull />;

/** How long messages to the same country usually take: whether waiting is still normal. */
function useUsualLatency({ country }: OperatorMessage, account: string, isWanted: boolean): Partial<Latency> {
  const { data } = useResource<CountryFigures[]>(isWanted ? 'countries' : null, { account, range: '24h' });
  const latency = data?.find((figures) => figures.country === country)?.latency;
  return latency === undefined || latency.p50Ms === null ? {} : { p50Ms: latency.p50Ms, p95Ms: latency.p95Ms };
}
