import type { Advice } from '../api/types.js';
import { useFormat } from '../parts/format.js';
import { Link } from '../parts/link.js';
import { Text } from '../parts/text.js';
import { saying } from '../words/saying.js';
import { useWords } from '../words/words.js';

/** Said by a tile already, so not again above it. */
const HAS_TILE = ['doubts', 'possible-losses', 'failed-events', 'quarantined', 'unreadable-pages'];

/** Where one sees more of it. */
const LEADS_TO: Record<string, { to: readonly string[]; query?: Record<string, string> }> = {
  'queue-waits': { to: ['messages'], query: { state: 'QUEUED' } },
  'reported-unsent': { to: ['doubts'], query: { code: 'REPORTED_UNSENT' } },
  'set-aside': { to: ['reports'], query: { kind: 'set-aside' } },
  'spooled-pages': { to: ['reports'], query: { kind: 'spooled' } },
  'many-orphans': { to: ['reports'], query: { kind: 'orphaned' } },
};

/** What is wrong now and what to do about it. */
export function AdviceList({ advice }: { advice: readonly Advice[] }) {
  const words = useWords();
  if (advice.every(({ level }) => level === 'info'))
    return (
      <>
        <p class="healthy">
          <span class="dot" aria-hidden="true" /> {words.overview.healthy}
        </p>
        <Notices advice={advice} />
      </>
    );
  return <Notices advice={advice.filter(({ id }) => !HAS_TILE.includes(id))} />;
}

function Notices({ advice }: { advice: readonly Advice[] }) {
  const words = useWords();
  const format = useFormat();
  if (advice.length === 0) return null;
  return (
    <ul class="advice">
      {advice.map(({ id, level, values }, index) => {
        const known = words.advice[id];
        const said = saying(values, format, words.unknownCountry);
        const way = LEADS_TO[id];
        const title = <Text>{known?.title(said) ?? id}</Text>;
        return (
          <li key={`${id} ${index}`} class={`notice notice-${level}`}>
            <p class="notice-title">
              <span class="hidden">{words.level[level]}: </span>
              {way ? <Link {...way}>{title}</Link> : title}
            </p>
            <p>
              <Text>
                {known?.todo ??
                  Object.keys(values)
                    .map((name) => `${name}: ${said(name)}`)
                    .join(', ')}
              </Text>
            </p>
          </li>
        );
      })}
    </ul>
  );
}
