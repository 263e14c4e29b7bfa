import { useEffect, useRef, useState } from 'preact/hooks';
import { heardAt, isAway, liveState } from '../api/live.js';
import { addressFor, goTo, requery } from '../api/router.js';
import { me } from '../api/session.js';
import { change, isPaused, settings } from '../api/settings.js';
import { useStore } from '../api/store.js';
import { useFormat } from '../parts/format.js';
import { Icon } from '../parts/icons.js';
import { type Language, languages, useLanguage, useWords } from '../words/words.js';
import { isHelpOpen } from './keys.js';

export function TopBar() {
  const words = useWords();
  const current = useStore(me);
  return (
    <header class="top-bar">
      {current !== null && current.accounts.length > 1 && (
        <select
          class="account-choice"
          aria-label={words.bar.account}
          value={current.account}
          onChange={(event) => requery({ account: event.currentTarget.value })}
        >
          {current.accounts.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      <Search />
      <Liveness />
      <Choices />
    </header>
  );
}

/**
 * `+` or `00` and a country code, as the server reads them: without those, digits may be anybody's, such as an order's. After `00`, seven
 * digits or more, as the shortest numbers have: fewer are an ID that zeros fill up.
 */
const NUMBER = /^\(?(?:[+＋﹢]|00[1-9](?:[\s().\-/]*\p{Nd}){6})[\p{Nd}\s().\-/]*$/u;

/** One field for all: a number with its country code, or else an ID or, with `*`, the start of some. */
function Search() {
  const words = useWords();
  const field = useRef<HTMLInputElement>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const typed = field.current!.value.trim();
    if (typed === '') return;
    field.current!.value = '';
    field.current!.blur();
    const isNumber = NUMBER.test(typed) && /\p{Nd}/u.test(typed);
    if (isNumber) goTo(addressFor(['messages'], { mobile: typed.replace(/\s/g, '') }));
    else if (typed.endsWith('*')) goTo(addressFor(['messages'], { id: typed }));
    else goTo(addressFor(['messages', typed]));
  };
  return (
    <form role="search" class="search" onSubmit={submit}>
      <Icon name="search" />
      <input
        ref={field}
        id="search"
        type="search"
        name="q"
        autocomplete="off"
        spellcheck={false}
        placeholder={words.bar.search}
        aria-label={words.bar.searchTitle}
        title={words.bar.searchTitle}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}

/** Whether changes arrive by themselves, and when the server was last heard. */
function Liveness() {
  const words = useWords();
  const format = useFormat();
  const state = useStore(liveState);
  const heard = useStore(heardAt);
  const paused = useStore(isPaused);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const away = useStore(isAway);
  const shown = paused ? 'paused' : state === 'live' && away ? 'away' : state;
  const hint = {
    live: words.bar.liveHint,
    away: words.bar.awayHint,
    polling: words.bar.pollingHint,
    paused: words.bar.pausedHint,
    connecting: '',
  };
  const age = heard === null ? null : Math.max(now - heard, 0);
  return (
    <div class={`liveness liveness-${shown}`}>
      <span class="liveness-text" title={hint[shown]}>
        <span class="dot" aria-hidden="true" />
        <span>
          {words.bar[shown]}
          {shown === 'live' && age !== null && age > 3_000 && ` · ${format.duration(Math.round(age / 1_000) * 1_000)}`}
        </span>
      </span>
      <button
        type="button"
        class="quiet"
        aria-pressed={paused}
        aria-label={paused ? words.bar.resume : words.bar.pause}
        title={paused ? words.bar.resume : words.bar.pause}
        onClick={() => isPaused.set(!paused)}
      >
        <Icon name={paused ? 'play' : 'pause'} />
      </button>
    </div>
  );
}

function Choices() {
  const words = useWords();
  const language = useLanguage();
  const { zone, theme } = useStore(settings);
  const current = useStore(me);
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      const isKey = event instanceof KeyboardEvent;
      if (isKey ? event.key !== 'Escape' : details.current!.contains(event.target as Node)) return;
      if (isKey && details.current!.open) details.current!.querySelector('summary')?.focus();
      details.current!.open = false;
    };
    document.addEventListener('pointerdown', close);
    document.addEventListener('keydown', close);
    return () => {
      document.removeEventListener('pointerdown', close);
      document.removeEventListener('keydown', close);
    };
  }, []);
  return (
    <details ref={details} class="menu">
      <summary class="quiet" aria-label={words.bar.settings} title={words.bar.settings}>
        <Icon name="settings" />
      </summary>
      <div class="menu-body">
        <Choice
          label={words.bar.language}
          value={language}
          options={(Object.keys(languages) as Language[]).map((name) => [name, languages[name].name])}
          onChange={(chosen) => change({ language: chosen })}
        />
        <Choice
          label={words.bar.zone}
          value={zone}
          options={[
            ['local', words.bar.local],
            ['utc', 'UTC'],
          ]}
          onChange={(chosen) => change({ zone: chosen })}
        />
        <Choice
          label={words.bar.theme}
          value={theme}
          options={[
            ['system', words.bar.system],
            ['light', words.bar.light],
            ['dark', words.bar.dark],
          ]}
          onChange={(chosen) => change({ theme: chosen })}
        />
        <button
          type="button"
          class="quiet keys-button"
          onClick={() => {
            details.current!.open = false;
            isHelpOpen.set(true);
          }}
        >
          {words.bar.keys} <kbd>?</kbd>
        </button>
        {current && (
          <small class="muted">
            {current.actor !== null && (
              <>
                <bdi>{words.bar.signedInAs(current.actor)}</bdi> ·{' '}
              </>
            )}
            {words.bar.version(current.version)}
          </small>
        )}
      </div>
    </details>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (chosen: T) => void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      {options.map(([name, word]) => (
        <button key={name} type="button" aria-pressed={name === value} onClick={() => onChange(name)}>
          {word}
        </button>
      ))}
    </fieldset>
  );
}
