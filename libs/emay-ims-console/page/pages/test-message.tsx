import { useState } from 'preact/hooks';
import { ApiError, write } from '../api/client.js';
import type { Answers } from '../api/types.js';
import { Link } from '../parts/link.js';
import { explain } from '../parts/status-parts.js';
import { Text } from '../parts/text.js';
import { useWords } from '../words/words.js';

/** A newcomer's first message. */
export function TestMessage({ account, onSent }: { account: string; onSent: () => void }) {
  const words = useWords();
  const said = words.overview;
  const [mobile, setMobile] = useState('+61 422 118 000');
  const [content, setContent] = useState<string | null>(null);
  const [sent, setSent] = useState<string | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    setSent(null);
    try {
      const body = { mobile: mobile.trim(), content: content ?? said.testDefault };
      const { customImsId } = await write<Answers['send-test']>('send-test', { account }, body);
      setSent(customImsId);
      onSent();
    } catch (cause) {
      setFailure(cause instanceof ApiError ? cause : new ApiError(0, 'PAGE', String(cause)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="card test-message" aria-label={said.test} onSubmit={(event) => void submit(event)}>
      <h2>{said.test}</h2>
      <label class="field">
        <span>{said.testMobile}</span>
        <input
          type="tel"
          required
          value={mobile}
          title={said.testMobileHint}
          aria-invalid={failure?.field === 'mobile'}
          onInput={(event) => setMobile(event.currentTarget.value)}
        />
      </label>
      <label class="field wide">
        <span>{said.testContent}</span>
        <input
          required
          maxLength={500}
          value={content ?? said.testDefault}
          aria-invalid={failure?.field === 'content'}
          onInput={(event) => setContent(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={isBusy}>
        {said.send}
      </button>
      <p role="status" class="test-result">
        {sent !== null && (
          <>
            <Text>{said.sent(sent)}</Text> <Link to={['messages', sent]}>{said.showSent}</Link>
          </>
        )}
        {failure && (
          <span class="failure">
            <Text>{explain(failure, words)}</Text>
          </span>
        )}
      </p>
    </form>
  );
}
