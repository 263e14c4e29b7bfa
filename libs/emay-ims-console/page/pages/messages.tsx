import { useEffect, useState } from 'preact/hooks';
import { base } from '../api/base.js';
import { ApiError, write } from '../api/client.js';
import { onLive } from '../api/live.js';
import { addressFor, goTo, place } from '../api/router.js';
import { useStore } from '../api/store.js';
import type { ActionWanted, MessageAction, OperatorMessage } from '../api/types.js';
import { usePages } from '../api/use-pages.js';
import { ActionDialog } from '../parts/action-dialog.js';
import { AsOf } from '../parts/as-of.js';
import { useFormat } from '../parts/format.js';
import { MessageTable } from '../parts/message-table.js';
import { SearchFoot } from '../parts/search-foot.js';
import { Empty, explain, Loaded } from '../parts/status-parts.js';
import { say } from '../parts/toasts.js';
import { useAccount, useRights } from '../parts/use-rights.js';
import { useWords } from '../words/words.js';
import { filterOf, isEmpty, type MessageFilter, paramsOf, searchOf } from './message-filter.js';
import { MessageFilters } from './message-filters.js';

const ACTIONS = ['cancel', 'resend', 'give-up'] as const satisfies readonly MessageAction[];
const NOTHING: ReadonlySet<string> = new Set();

export function MessagesPage() {
  const words = useWords();
  const format = useFormat();
  const account = useAccount();
  const may = useRights();
  const { query } = useStore(place);
  const filter = filterOf(query);
  const pages = usePages<OperatorMessage>('messages', { account, ...paramsOf(filter) });
  const { data, items, reload, put, at } = pages;
  const [selected, setSelected] = useState(NOTHING);
  const [wanted, setWanted] = useState<ActionWanted | null>(null);
  const fresh = useFresh(filter, items, at, put);
  const actions = ACTIONS.filter((action) => may(action));
  const key = JSON.stringify(filter);
  useEffect(() => setSelected(NOTHING), [key]);

  // An exact ID that was found is what somebody wanted to see.
  const hit =
    filter.id !== '' && !filter.id.endsWith('*') && data?.next === null && items.length === 1 ? items[0]! : null;
  useEffect(() => {
    if (hit) goTo(addressFor(['messages', hit.customImsId]), { replaces: true });
  }, [hit?.customImsId]);

  const refresh = () => {
    setSelected(NOTHING);
    reload();
  };
  const download = async () => {
    try {
      const { url } = await write<{ url: string }>('exports', { account }, { search: searchOf(filter) });
      const link = document.createElement('a');
      link.href = new URL(url, base).href;
      // A refused download must not take the page's place.
      link.download = '';
      link.click();
    } catch (cause) {
      say(cause instanceof ApiError ? explain(cause, words) : String(cause), { isError: true });
    }
  };
  const matches = data?.matches ?? null;
  const said = matches === null ? null : format.number(matches.n);

  return (
    <>
      <header class="page-head">
        <h1>{words.nav.messages}</h1>
        {data && <AsOf asOf={data.asOf} at={at} reload={refresh} />}
      </header>
      <MessageFilters filter={filter} />
      <div class="list-bar">
        <span class="count" role="status">
          {said !== null &&
            matches !== null &&
            (matches.exact ? words.messages.matches(said) : words.messages.atLeast(said))}
          {data && said === null && words.messages.shown(format.number(items.length))}
        </span>
        {fresh > 0 && (
          <button type="button" class="fresh-button" onClick={refresh}>
            ↑ {words.messages.fresh(fresh >= 50 ? '50+' : String(fresh))}
          </button>
        )}
        <span class="spacer" />
        {selected.size > 0 ? (
          <span class="bulk" role="group" aria-label={words.messages.selected(selected.size)}>
            <b>{words.messages.selected(selected.size)}</b>
            {actions.map((action) => (
              <button key={action} type="button" onClick={() => setWanted({ action, ids: [...selected] })}>
                {words.action[action]}
              </button>
            ))}
          </span>
        ) : (
          <>
            {actions.length > 0 && items.length > 0 && (
              <AllThatMatch
                label={words.messages.allThatMatch(matches?.exact ? said : null)}
                actions={actions}
                onChoose={(action) => setWanted({ action, search: searchOf(filter) } as unknown as ActionWanted)}
              />
            )}
            {may('export') && (
              <button type="button" title={words.messages.csvTitle} onClick={() => void download()}>
                {words.messages.csv}
              </button>
            )}
          </>
        )}
      </div>
      <Loaded resource={pages} lines={10}>
        {(page) =>
          items.length === 0 ? (
            <Empty
              title={
                page.next !== null && page.searchedTo !== null
                  ? words.messages.emptyYet(format.full(page.searchedTo))
                  : isEmpty(filter)
                    ? words.messages.emptyAll
                    : words.messages.empty(saidRange(filter, words, format))
              }
              hint={isEmpty(filter) ? words.overview.emptyHint : undefined}
            />
          ) : (
            <MessageTable
              label={words.messages.list}
              messages={items}
              selected={selected}
              onSelect={actions.length > 0 ? setSelected : null}
            />
          )
        }
      </Loaded>
      <SearchFoot pages={pages} />
      {wanted && <ActionDialog account={account} wanted={wanted} onClose={() => setWanted(null)} onDone={refresh} />}
    </>
  );
}

interface AllThatMatchProps {
  label: string;
  actions: readonly MessageAction[];
  onChoose: (action: MessageAction) => void;
}

function AllThatMatch({ label, actions, onChoose }: AllThatMatchProps) {
  const words = useWords();
  return (
    <select
      class="as-button"
      aria-label={label}
      value=""
      onChange={(event) => {
        const chosen = event.currentTarget.value as MessageAction;
        event.currentTarget.value = '';
        onChoose(chosen);
      }}
    >
      <option value="" disabled>
        {label}
      </option>
      {actions.map((action) => (
        <option key={action} value={action}>
          {words.action[action]}
        </option>
      ))}
    </select>
  );
}

function saidRange(
  { from, to }: MessageFilter,
  words: ReturnType<typeof useWords>,
  format: ReturnType<typeof useFormat>,
): string {
  if (from === '' && to === '') return '';
  const said = (iso: string): string => (iso === '' ? '…' : format.full(iso));
  return words.messages.between(said(from), said(to));
}

/**
 * Counts what has come or changed since the list was fetched: rows never jump under a pointer. The state of a row that is shown changes in its
 * place.
 */
function useFresh(
  filter: MessageFilter,
  items: readonly OperatorMessage[],
  at: number | null,
  put: ReturnType<typeof usePages<OperatorMessage>>['put'],
): number {
  const [fresh, setFresh] = useState(NOTHING);
  const shown = new Set(items.map(({ customImsId }) => customImsId));
  const key = JSON.stringify([filter, at]);
  useEffect(() => setFresh(NOTHING), [key]);
  useEffect(
    () =>
      onLive('message', (changes) => {
        const known = new Map(changes.map(({ customImsId, state }) => [customImsId, state]));
        put((page) => ({
          ...page,
          items: page.items.map((item) => ({ ...item, state: known.get(item.customImsId) ?? item.state })),
        }));
        // Whether it would match these, an event does not say.
        const isSpecific = [filter.id, filter.mobile, filter.code, filter.country, filter.to].some(
          (value) => value !== '',
        );
        const others = changes.filter(
          ({ customImsId, state }) =>
            !isSpecific && !shown.has(customImsId) && (filter.states.length === 0 || filter.states.includes(state)),
        );
        if (others.length > 0) setFresh((old) => new Set([...old, ...others.map(({ customImsId }) => customImsId)]));
      }),
    [key, items],
  );
  return fresh.size;
}
