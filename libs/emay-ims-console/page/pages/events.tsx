import { useState } from 'preact/hooks';
import { write } from '../api/client.js';
import { place, requery } from '../api/router.js';
import { useStore } from '../api/store.js';
import type { Answers, HandlerEvent, HandlerFigures } from '../api/types.js';
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

const REFRESH_MS = 30_000;
const STATES = ['PENDING', 'FAILED'] as const;

export function EventsPage() {
  const words = useWords();
  const account = useAccount();
  const { query } = useStore(place);
  const [handler, state] = [query.get('handler'), STATES.find((name) => name === query.get('state')) ?? null];
  const handlers = useResource<HandlerFigures[]>('handlers', { account }, { everyMs: REFRESH_MS });
  const events = usePages<HandlerEvent>('events', { account, handler, state });
  /** Whose failed events are to be retried; `null` within: all of them. */
  const [asked, setAsked] = useState<{ handler: string | null } | null>(null);
  const said = words.events;
  return (
    <>
      <header class="page-head">
        <h1>{words.nav.events}</h1>
        <AsOf asOf={null} at={handlers.at} reload={handlers.reload} />
      </header>
      <section class="card flush">
        <h2>{said.handlers}</h2>
        <Loaded resource={handlers} lines={3}>
          {(list) =>
            list.length === 0 ? <Empty title={said.noHandlers} /> : <Handlers handlers={list} onRetry={setAsked} />
          }
        </Loaded>
      </section>
      <div class="list-bar">
        <div class="segments" role="group" aria-label={said.state}>
          {[null, ...STATES].map((name) => (
            <button
              key={name ?? ''}
              type="button"
              aria-pressed={state === name}
              onClick={() => requery({ state: name })}
            >
              {name === null ? words.all : said.states[name]}
            </button>
          ))}
        </div>
        {handler !== null && (
          <button type="button" class="chip" aria-pressed="true" onClick={() => requery({ handler: null })}>
            <Text>{handler}</Text> ×
          </button>
        )}
      </div>
      <Loaded resource={events}>
        {() => (events.items.length === 0 ? <Empty title={said.empty} /> : <EventTable events={events.items} />)}
      </Loaded>
      <SearchFoot pages={events} />
      {asked && (
        <AskDialog
          title={said.ask(asked.handler)}
          risk={said.risk}
          verb={said.retry}
          onClose={() => setAsked(null)}
          onYes={async () => {
            const body = asked.handler === null ? {} : { handler: asked.handler };
            const { retried } = await write<Answers['retry-event']>('retry-event', { account }, body);
            say(said.retried(String(retried)));
            handlers.reload();
            events.reload();
          }}
        />
      )}
    </>
  );
}

interface HandlersProps {
  handlers: readonly HandlerFigures[];
  onRetry: (asked: { handler: string | null }) => void;
}

function Handlers({ handlers, onRetry }: HandlersProps) {
  const words = useWords();
  const format = useFormat();
  const may = useRights();
  const said = words.events;
  const counted = (count: number, countedTo: number): string =>
    count >= countedTo ? said.moreThan(format.number(countedTo - 1)) : format.number(count);
  return (
    <div class="scroll">
      <table class="plain">
        <caption class="hidden">{said.handlers}</caption>
        <thead>
          <tr>
            <th scope="col">{said.handler}</th>
            <th scope="col" class="numeric">
              {said.pending}
            </th>
            <th scope="col" class="numeric">
              {said.failed}
            </th>
            <th scope="col">{said.oldest}</th>
            <th scope="col">
              <span class="hidden">{said.retry}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {handlers.map(({ handler, pending, failed, countedTo, oldestAt }) => (
            <tr key={handler}>
              <th scope="row">
                <Link to={['events']} query={{ handler }}>
                  <Code>{handler}</Code>
                </Link>
              </th>
              <td class="numeric">{counted(pending, countedTo)}</td>
              <td class={failed > 0 ? 'numeric is-bad' : 'numeric'}>{counted(failed, countedTo)}</td>
              <td>{oldestAt !== null && <Time at={oldestAt} />}</td>
              <td class="numeric">
                {failed > 0 && (
                  <button
                    type="button"
                    disabled={!may('retry-event')}
                    title={may('retry-event') ? undefined : words.forbidden.needs(words.right['retry-event']!)}
                    aria-label={`${said.retry}: ${handler}`}
                    onClick={() => onRetry({ handler })}
                  >
                    {said.retry}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function EventTable({ events }: { events: readonly HandlerEvent[] }) {
  const words = useWords();
  const said = words.events;
  return (
    <div class="scroll">
      <table class="events cards">
        <caption class="hidden">{words.nav.events}</caption>
        <thead>
          <tr>
            <th scope="col">{said.state}</th>
            <th scope="col">{said.event}</th>
            <th scope="col">{said.handler}</th>
            <th scope="col">{said.message}</th>
            <th scope="col">{said.error}</th>
            <th scope="col" class="numeric">
              {said.attempts}
            </th>
            <th scope="col">{said.at}</th>
            <th scope="col">{said.next}</th>
          </tr>
        </thead>
        <tbody>
          {events.map(({ id, state, event, handler, customImsId, error, attempts, at, nextAt }) => (
            <tr key={id}>
              <td class={state === 'FAILED' ? 'is-bad' : ''}>{said.states[state]}</td>
              <td>
                <Code>{event}</Code>
              </td>
              <td>
                <Code>{handler}</Code>
              </td>
              <td>
                <Link to={['messages', customImsId]}>
                  <Code>{customImsId}</Code>
                </Link>
              </td>
              <td class="cell-content">{error !== null && <Text title={error}>{error}</Text>}</td>
              <td class="numeric" data-label={said.attempts}>
                {attempts}
              </td>
              <td data-label={said.at}>
                <Time at={at} />
              </td>
              <td data-label={said.next}>{nextAt !== null && <Time at={nextAt} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
