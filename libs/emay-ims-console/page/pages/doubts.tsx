import { useState } from 'preact/hooks';
import { place, requery } from '../api/router.js';
import { useStore } from '../api/store.js';
import type { ActionWanted, DoubtIncident, MessageAction, OperatorMessage } from '../api/types.js';
import { usePages } from '../api/use-pages.js';
import { ActionDialog } from '../parts/action-dialog.js';
import { AsOf } from '../parts/as-of.js';
import { useFormat } from '../parts/format.js';
import { MessageTable } from '../parts/message-table.js';
import { SearchFoot } from '../parts/search-foot.js';
import { StateShape } from '../parts/state-mark.js';
import { Empty, Loaded } from '../parts/status-parts.js';
import { Code, Text } from '../parts/text.js';
import { Time } from '../parts/time.js';
import { useAccount, useRights } from '../parts/use-rights.js';
import { useWords } from '../words/words.js';

const REFRESH_MS = 30_000;
const DECISIONS = ['resend', 'give-up'] as const satisfies readonly MessageAction[];

export function DoubtsPage() {
  const words = useWords();
  const format = useFormat();
  const account = useAccount();
  const { query } = useStore(place);
  const [code, since, open] = [query.get('code'), query.get('since'), query.get('incident')];
  const doubts = usePages<DoubtIncident>('doubts', { account, code, since }, { everyMs: REFRESH_MS });
  const [wanted, setWanted] = useState<ActionWanted | null>(null);
  const count = format.number(doubts.items.reduce((sum, incident) => sum + incident.count, 0));

  return (
    <>
      <header class="page-head">
        <h1>{words.nav.doubts}</h1>
        {doubts.data && (
          <b class="page-count">
            {doubts.data.next === null ? words.doubts.count(count) : words.doubts.atLeast(count)}
          </b>
        )}
        <AsOf asOf={null} at={doubts.at} reload={doubts.reload} />
      </header>
      <p class="intro">{words.doubts.intro}</p>
      {(code || since) && (
        <p class="applied">
          {code && <Code>{code}</Code>} {since && <Time at={since} isFull />}{' '}
          <button type="button" class="quiet" onClick={() => requery({ code: null, since: null })}>
            {words.messages.clear}
          </button>
        </p>
      )}
      <Loaded resource={doubts}>
        {({ next, searchedTo }) =>
          doubts.items.length > 0 ? (
            <ul class="incidents">
              {doubts.items.map((incident) => (
                <Incident
                  key={incident.id}
                  incident={incident}
                  isOpen={open === incident.id}
                  onDecide={(action) => setWanted({ action, incident: incident.id })}
                  account={account}
                  onDone={doubts.reload}
                />
              ))}
            </ul>
          ) : next !== null && searchedTo !== null ? (
            <Empty title={words.messages.emptyYet(format.full(searchedTo))} />
          ) : (
            <Empty
              title={words.doubts.empty(since ? ` ${words.doubts.since} ${format.full(since)}` : '')}
              hint={words.doubts.emptyHint}
            />
          )
        }
      </Loaded>
      <SearchFoot pages={doubts} />
      {wanted && (
        <ActionDialog account={account} wanted={wanted} onClose={() => setWanted(null)} onDone={doubts.reload} />
      )}
    </>
  );
}

interface IncidentProps {
  incident: DoubtIncident;
  isOpen: boolean;
  account: string;
  onDecide: (action: MessageAction) => void;
  onDone: () => void;
}

function Incident({ incident, isOpen, account, onDecide, onDone }: IncidentProps) {
  const words = useWords();
  const format = useFormat();
  const may = useRights();
  const { id, code, from, to, count, provedSent, countries } = incident;
  const places = Object.entries(countries).sort(([, one], [, other]) => other - one);
  const name = `incident-${id}`;
  return (
    <li class="card incident">
      <div class="incident-head">
        <h2 id={name}>
          <StateShape state="UNCONFIRMED" /> {code === null ? words.doubts.noCode : <Code>{code}</Code>}
        </h2>
        <span class="incident-when">
          <Time at={from} />
          {from !== to && (
            <>
              {' – '}
              <Time at={to} />
            </>
          )}
        </span>
        <b class="incident-count">{words.doubts.count(format.number(count))}</b>
      </div>
      <Proved count={count} provedSent={provedSent} />
      {places.length > 0 && (
        <p class="places">
          {places.slice(0, 8).map(([country, messages]) => (
            <span key={country}>
              <Text>{format.country(country === '' ? null : country, words.unknownCountry)}</Text>{' '}
              <b>{format.number(messages)}</b>
            </span>
          ))}
        </p>
      )}
      <div class="buttons">
        <button
          type="button"
          aria-expanded={isOpen}
          aria-describedby={name}
          onClick={() => requery({ incident: isOpen ? null : id }, { replaces: true })}
        >
          {isOpen ? words.doubts.hide : words.doubts.show}
        </button>
        <span class="spacer" />
        {DECISIONS.map((action) => (
          <button
            key={action}
            type="button"
            aria-describedby={name}
            class={action === 'resend' ? 'danger-outline' : ''}
            disabled={!may(action)}
            title={may(action) ? undefined : words.forbidden.needs(words.right[action] ?? action)}
            onClick={() => onDecide(action)}
          >
            {words.doubts.decide[action](format.number(count))}
          </button>
        ))}
      </div>
      {isOpen && <IncidentMessages incident={id} account={account} onDone={onDone} />}
    </li>
  );
}

/** How many were sent after all, how nearly that is counted, and when it was. */
function Proved({ count, provedSent }: Pick<DoubtIncident, 'count' | 'provedSent'>) {
  const words = useWords();
  const format = useFormat();
  if (provedSent === null) return <p class="proved">{words.doubts.provedUnknown}</p>;
  const { messages, by, asOf } = provedSent;
  const all = count + messages;
  const share = all === 0 ? 0 : messages / all;
  return (
    <p class="proved">
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${100 * share}%` }} />
      </span>
      <span>
        {messages === 0
          ? words.doubts.noneProved
          : words.doubts.proved(format.percent(share), format.number(messages), format.number(all))}
      </span>
      <small class="muted">
        {words.doubts.countedBy[by]}
        {asOf !== null && <span title={format.full(asOf)}>, {words.asOf(format.clock(asOf) + format.zoneMark)}</span>}
      </small>
    </p>
  );
}

interface IncidentMessagesProps {
  incident: string;
  account: string;
  onDone: () => void;
}

/** The incident's messages; each or some of them can be decided alone. */
function IncidentMessages({ incident, account, onDone }: IncidentMessagesProps) {
  const words = useWords();
  const may = useRights();
  const pages = usePages<OperatorMessage>('doubts/messages', { account, incident });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [wanted, setWanted] = useState<ActionWanted | null>(null);
  const actions = DECISIONS.filter((action) => may(action));
  const refresh = () => {
    setSelected(new Set());
    pages.reload();
    onDone();
  };
  return (
    <>
      {selected.size > 0 && (
        <div class="list-bar" role="group" aria-label={words.messages.selected(selected.size)}>
          <b>{words.messages.selected(selected.size)}</b>
          {actions.map((action) => (
            <button key={action} type="button" onClick={() => setWanted({ action, ids: [...selected] })}>
              {words.action[action]}
            </button>
          ))}
        </div>
      )}
      <Loaded resource={pages} lines={4}>
        {() => (
          <MessageTable
            label={words.doubts.incident}
            messages={pages.items}
            selected={selected}
            onSelect={actions.length > 0 ? setSelected : null}
          />
        )}
      </Loaded>
      <SearchFoot pages={pages} />
      {wanted && <ActionDialog account={account} wanted={wanted} onClose={() => setWanted(null)} onDone={refresh} />}
    </>
  );
}
