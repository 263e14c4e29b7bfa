import { useEffect, useRef } from 'preact/hooks';
import { me } from '../api/session.js';
import { useStore } from '../api/store.js';
import type { OperatorMessage } from '../api/types.js';
import { isForPage } from '../shell/keys.js';
import { useWords } from '../words/words.js';
import { useFormat } from './format.js';
import { Link } from './link.js';
import { StateMark } from './state-mark.js';
import { Code, Text } from './text.js';
import { Time } from './time.js';

interface MessageTableProps {
  label: string;
  messages: readonly OperatorMessage[];
  selected: ReadonlySet<string>;
  /** `null`: nothing can be done with what is selected, so nothing is. */
  onSelect: ((ids: ReadonlySet<string>) => void) | null;
}

/** Messages as rows; on a phone as cards. `j` and `k` move from row to row, `x` selects, Enter opens. */
export function MessageTable({ label, messages, selected, onSelect }: MessageTableProps) {
  const words = useWords();
  const format = useFormat();
  const table = useRef<HTMLTableElement>(null);
  const texts = useStore(me)?.texts ?? 'hidden';
  const columns = words.messages.columns;
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect?.(next);
  };
  const toggleNow = useRef(toggle);
  toggleNow.current = toggle;
  useRowKeys(table, (id) => toggleNow.current(id));
  const areAll = messages.length > 0 && messages.every(({ customImsId }) => selected.has(customImsId));

  return (
    <div class="scroll">
      <table ref={table} class="messages cards">
        <caption class="hidden">{label}</caption>
        <thead>
          <tr>
            {onSelect && (
              <th scope="col" class="check">
                <input
                  type="checkbox"
                  aria-label={words.messages.selectAll}
                  checked={areAll}
                  onChange={() => onSelect(new Set(areAll ? [] : messages.map(({ customImsId }) => customImsId)))}
                />
              </th>
            )}
            <th scope="col">{columns.state}</th>
            <th scope="col">{columns.id}</th>
            <th scope="col">{columns.mobile}</th>
            <th scope="col">{columns.content}</th>
            <th scope="col">{columns.code}</th>
            <th scope="col">{columns.created + (format.zoneMark && ` (${format.zoneMark.trim()})`)}</th>
            <th scope="col" class="numeric">
              {columns.took}
            </th>
          </tr>
        </thead>
        <tbody>
          {messages.map((message) => {
            const { customImsId, mobile, country, content, state, code, createdAt } = message;
            return (
              <tr key={customImsId} class={selected.has(customImsId) ? 'is-selected' : ''}>
                {onSelect && (
                  <td class="check">
                    <input
                      type="checkbox"
                      aria-label={`${words.messages.select} ${customImsId}`}
                      checked={selected.has(customImsId)}
                      onChange={() => toggle(customImsId)}
                    />
                  </td>
                )}
                <td class="cell-state">
                  <StateMark state={state} />
                </td>
                <td class="cell-id">
                  <Link to={['messages', customImsId]} class="row-link">
                    <Code>{customImsId}</Code>
                  </Link>
                </td>
                <td class="cell-mobile">
                  <Code>{mobile}</Code>
                  {country && (
                    <span class="country" title={format.country(country, words.unknownCountry)}>
                      {country}
                    </span>
                  )}
                </td>
                <td class="cell-content">
                  {texts === 'full' ? (
                    <Text title={content}>{content}</Text>
                  ) : (
                    <span class="muted">{words.messages.hiddenText}</span>
                  )}
                </td>
                <td class="cell-code">{code && code !== 'SUCCESS' && <Code>{code}</Code>}</td>
                <td class="cell-created">
                  <Time at={createdAt} />
                </td>
                <td class="cell-took numeric">{tookOf(message, (ms) => format.duration(ms))}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** From submission to the end. */
function tookOf({ submittedAt, finalAt }: OperatorMessage, say: (ms: number) => string): string {
  if (submittedAt === null || finalAt === null) return '';
  return say(Math.max(new Date(finalAt).getTime() - new Date(submittedAt).getTime(), 0));
}

function useRowKeys(table: { readonly current: HTMLTableElement | null }, toggle: (id: string) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!isForPage(event) && !(event.target as Element | null)?.closest?.('tbody input[type=checkbox]')) return;
      const links = [...(table.current?.querySelectorAll<HTMLAnchorElement>('a.row-link') ?? [])];
      const row = document.activeElement?.closest('tr');
      const index = links.findIndex((link) => link.closest('tr') === row);
      if (event.key === 'j') links[Math.min(index + 1, links.length - 1)]?.focus();
      else if (event.key === 'k') links[Math.max(index - 1, 0)]?.focus();
      else if (event.key === 'x' && index >= 0) toggle(links[index]!.textContent ?? '');
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
