import type { Overview, Range, StateCounts } from '../api/types.js';
import { useFormat } from '../parts/format.js';
import { Link } from '../parts/link.js';
import { STATES, StateMark } from '../parts/state-mark.js';
import { Code } from '../parts/text.js';
import { useWords } from '../words/words.js';

interface StateTableProps {
  totals: StateCounts;
  inRange: StateCounts;
  range: Range;
}

export function StateTable({ totals, inRange, range }: StateTableProps) {
  const words = useWords();
  const format = useFormat();
  return (
    <table class="plain">
      <caption class="hidden">{words.overview.states}</caption>
      <thead>
        <tr>
          <th scope="col">{words.messages.state}</th>
          <th scope="col" class="numeric">
            {words.range[range]}
          </th>
          <th scope="col" class="numeric">
            {words.overview.total}
          </th>
        </tr>
      </thead>
      <tbody>
        {STATES.map((state) => (
          <tr key={state} class={totals[state] === 0 ? 'is-zero' : ''}>
            <th scope="row">
              <Link to={['messages']} query={{ state }}>
                <StateMark state={state} />
              </Link>
            </th>
            <td class="numeric">{format.number(inRange[state])}</td>
            <td class="numeric">{format.number(totals[state])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The most frequent reasons, each with its share as a bar. */
export function FailureCodes({ codes }: { codes: Overview['codes'] }) {
  const words = useWords();
  const format = useFormat();
  if (codes.length === 0) return <p class="muted">{words.overview.noCodes}</p>;
  const most = Math.max(...codes.map(({ messages }) => messages), 1);
  return (
    <ul class="bars">
      {codes.slice(0, 10).map(({ code, messages }) => (
        <li key={code}>
          <Link to={['messages']} query={{ code }}>
            <Code>{code}</Code>
          </Link>
          <span class="bar" aria-hidden="true">
            <span style={{ width: `${(100 * messages) / most}%` }} />
          </span>
          <span class="numeric">{format.number(messages)}</span>
        </li>
      ))}
    </ul>
  );
}
