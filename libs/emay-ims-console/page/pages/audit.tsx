import { place, requery } from '../api/router.js';
import { useStore } from '../api/store.js';
import type { AuditEntry } from '../api/types.js';
import { usePages } from '../api/use-pages.js';
import { AsOf } from '../parts/as-of.js';
import { useFormat } from '../parts/format.js';
import { SearchFoot } from '../parts/search-foot.js';
import { Empty, Loaded } from '../parts/status-parts.js';
import { Code, Text } from '../parts/text.js';
import { Time } from '../parts/time.js';
import { useAccount } from '../parts/use-rights.js';
import { useWords } from '../words/words.js';

export function AuditPage() {
  const words = useWords();
  const format = useFormat();
  const account = useAccount();
  const { query } = useStore(place);
  const [id, actor, action] = [query.get('id'), query.get('actor'), query.get('action')];
  const pages = usePages<AuditEntry>('audit', { account, id, actor, action });
  const said = words.audit;
  return (
    <>
      <header class="page-head">
        <h1>{words.nav.audit}</h1>
        {pages.data && <AsOf asOf={pages.data.asOf} at={pages.at} reload={pages.reload} />}
      </header>
      <form class="filters" aria-label={words.messages.filters} onSubmit={(event) => event.preventDefault()}>
        <div class="filter-row">
          <label class="filter">
            <span>{said.actor}</span>
            <input
              key={actor}
              defaultValue={actor ?? ''}
              onChange={(event) => requery({ actor: event.currentTarget.value.trim() || null })}
            />
          </label>
          <label class="filter">
            <span>{said.action}</span>
            <select value={action ?? ''} onChange={(event) => requery({ action: event.currentTarget.value || null })}>
              <option value="">{words.any}</option>
              {Object.entries(words.right).map(([name, word]) => (
                <option key={name} value={name}>
                  {word}
                </option>
              ))}
            </select>
          </label>
        </div>
      </form>
      {id && (
        <p class="applied">
          {said.one}{' '}
          <button type="button" class="quiet" onClick={() => requery({ id: null })}>
            {said.all}
          </button>
        </p>
      )}
      <Loaded resource={pages}>
        {() =>
          pages.items.length === 0 ? (
            <Empty title={said.empty} />
          ) : (
            <div class="scroll">
              <table class="audit cards">
                <caption class="hidden">{words.nav.audit}</caption>
                <thead>
                  <tr>
                    <th scope="col">{said.at}</th>
                    <th scope="col">{said.actor}</th>
                    <th scope="col">{said.action}</th>
                    <th scope="col">{said.filter}</th>
                    <th scope="col" class="numeric">
                      {said.items}
                    </th>
                    <th scope="col" class="numeric">
                      {said.done}
                    </th>
                    <th scope="col" class="numeric">
                      {said.skipped}
                    </th>
                    <th scope="col">{said.reason}</th>
                  </tr>
                </thead>
                <tbody>
                  {pages.items.map((entry) => (
                    <tr key={entry.id}>
                      <td>
                        <Time at={entry.at} />
                      </td>
                      <td class="cell-id">
                        <Text>{entry.actor}</Text>
                      </td>
                      <td>
                        <Text title={entry.action}>{words.right[entry.action] ?? entry.action}</Text>
                      </td>
                      <td class="cell-content">{entry.filter !== null && <Filter filter={entry.filter} />}</td>
                      <td class="numeric" data-label={said.items}>
                        {format.number(entry.items)}
                      </td>
                      <td class="numeric" data-label={said.done}>
                        {format.number(entry.done)}
                      </td>
                      <td class="numeric" data-label={said.skipped}>
                        {format.number(entry.skipped)}
                      </td>
                      <td class="cell-content">
                        {entry.reason !== null && <Text title={entry.reason}>{entry.reason}</Text>}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      <SearchFoot pages={pages} />
    </>
  );
}

function Filter({ filter }: { filter: Record<string, unknown> }) {
  const text = Object.entries(filter)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
  return (
    <span title={text}>
      <Code>{text}</Code>
    </span>
  );
}
