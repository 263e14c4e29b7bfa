import { useEffect } from 'preact/hooks';
import { place } from '../api/router.js';
import { isOutdated, locked, me } from '../api/session.js';
import { useStore } from '../api/store.js';
import { Failure, Skeleton } from '../parts/status-parts.js';
import { Toasts } from '../parts/toasts.js';
import { useLanguage, useWords } from '../words/words.js';
import { KeyHelp, useGlobalKeys } from './keys.js';
import { Lock } from './lock.js';
import { Navigation } from './navigation.js';
import { pageOf } from './routes.js';
import { RunningPill } from './running-pill.js';
import { TopBar } from './top-bar.js';
import { admit, refusal } from './watching.js';

export function App() {
  const language = useLanguage();
  const words = useWords();
  const { segments } = useStore(place);
  const current = useStore(me);
  const refused = useStore(refusal);
  const lock = useStore(locked);
  const outdated = useStore(isOutdated);
  const page = pageOf(segments);
  useGlobalKeys();

  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  useEffect(() => {
    const name = segments[1] ?? '';
    document.title = [name, page.title(words), words.title].filter(Boolean).join(' · ');
  }, [segments, language]);

  const Page = page.component;
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(event) => (event.preventDefault(), document.getElementById('content')?.focus())}
      >
        {words.skip}
      </a>
      <div class="frame">
        <Navigation section={page.section} />
        <div class="body">
          <TopBar />
          {outdated && (
            <div class="notice notice-info" role="status">
              <p>{words.newBuild}</p>
              <button type="button" onClick={() => document.location.reload()}>
                {words.reload}
              </button>
            </div>
          )}
          <main id="content" tabIndex={-1}>
            {current !== null && !refused?.isForbidden ? (
              <Page key={`${current.account} ${segments.join('/')}`} segments={segments} />
            ) : refused !== null && refused.status !== 401 ? (
              <Failure error={refused} retry={() => void admit()} />
            ) : (
              <Skeleton />
            )}
          </main>
        </div>
      </div>
      <RunningPill />
      <Toasts />
      <KeyHelp />
      {lock !== null && <Lock way={lock} />}
    </>
  );
}
