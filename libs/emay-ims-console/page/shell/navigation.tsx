import { useEffect, useState } from 'preact/hooks';
import { onLive } from '../api/live.js';
import { place } from '../api/router.js';
import { me } from '../api/session.js';
import { useStore } from '../api/store.js';
import { useFormat } from '../parts/format.js';
import { Icon } from '../parts/icons.js';
import { Link } from '../parts/link.js';
import { useLanguage, useWords } from '../words/words.js';
import { SECTIONS, type Section } from './routes.js';

/** On a phone these are tabs at the bottom; the rest hides behind "More". */
const TABS: readonly Section[] = ['overview', 'messages', 'doubts', 'reports'];

export function Navigation({ section }: { section: Section | null }) {
  const words = useWords();
  const language = useLanguage();
  const current = useStore(me);
  const where = useStore(place);
  const format = useFormat();
  const [doubts, setDoubts] = useState(0);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => onLive('totals', ({ counts }) => setDoubts(counts.UNCONFIRMED)), []);
  useEffect(() => setOpen(false), [where]);
  useEffect(() => {
    if (!isOpen) return;
    const close = (event: KeyboardEvent) => event.key === 'Escape' && setOpen(false);
    document.addEventListener('keydown', close);
    return () => document.removeEventListener('keydown', close);
  }, [isOpen]);
  return (
    <nav class={isOpen ? 'nav nav-open' : 'nav'} aria-label={words.sections}>
      <p class="brand">
        <span class="brand-mark" aria-hidden="true">
          <Icon name="messages" />
        </span>
        {words.title}
        {current?.isSandbox && (
          <span class="tag" title={words.bar.sandbox}>
            sandbox
          </span>
        )}
      </p>
      <ul>
        {SECTIONS.map((name) => (
          <li key={name} class={TABS.includes(name) ? 'tab' : 'rest'}>
            <Link to={[name]} isCurrent={name === section}>
              <Icon name={name} />
              <span>{words.nav[name]}</span>
              {name === 'doubts' && doubts > 0 && <span class="badge">{format.compact(doubts)}</span>}
            </Link>
          </li>
        ))}
        {current?.panels.map(({ id, title, titleZh, url }) => (
          <li key={`panel ${id}`} class="rest">
            <a href={url}>
              <Icon name="panel" />
              <bdi>{language === 'zh' ? (titleZh ?? title) : title}</bdi>
            </a>
          </li>
        ))}
        <li class="tab only-phone">
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            <Icon name="more" />
            <span>{words.nav.more}</span>
          </button>
        </li>
      </ul>
      {current && (
        <p class="who">
          <bdi>{current.actor === null ? words.bar.readOnly : current.actor}</bdi>
        </p>
      )}
    </nav>
  );
}
