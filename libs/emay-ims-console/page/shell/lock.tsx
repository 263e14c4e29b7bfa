import { useState } from 'preact/hooks';
import { ApiError } from '../api/client.js';
import { place } from '../api/router.js';
import { enter } from '../api/session.js';
import { Dialog } from '../parts/dialog.js';
import { explain } from '../parts/status-parts.js';
import { useWords } from '../words/words.js';

/** Shown over the page when nobody is let in any more: what was on the screen stays beneath. */
export function Lock({ way }: { way: 'reload' | 'key' }) {
  const words = useWords();
  const [takesKey, setTakesKey] = useState(way === 'key');
  const [key, setKey] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setFailure(null);
    try {
      await enter(key.trim(), place.value.query.get('account'));
    } catch (cause) {
      const isWrong = cause instanceof ApiError && cause.status === 401;
      setFailure(isWrong || !(cause instanceof ApiError) ? words.session.wrong : explain(cause, words));
    }
  };
  return (
    <Dialog title={takesKey ? words.session.keyTitle : words.session.title} onClose={() => {}} isFinal>
      {takesKey ? (
        <form onSubmit={(event) => void submit(event)}>
          <p class="muted">{words.session.keyHint}</p>
          <label class="field">
            <span>{words.session.key}</span>
            <input
              type="password"
              autocomplete="off"
              required
              value={key}
              onInput={(event) => setKey(event.currentTarget.value)}
            />
          </label>
          {failure && (
            <p class="failure" role="alert">
              {failure}
            </p>
          )}
          <footer>
            <button type="button" onClick={() => document.location.reload()}>
              {words.reload}
            </button>
            <button type="submit" class="primary">
              {words.session.enter}
            </button>
          </footer>
        </form>
      ) : (
        <>
          <p>{words.session.reload}</p>
          <footer>
            <button type="button" onClick={() => setTakesKey(true)}>
              {words.session.haveKey}
            </button>
            <button type="button" class="primary" onClick={() => document.location.reload()}>
              {words.reload}
            </button>
          </footer>
        </>
      )}
    </Dialog>
  );
}
