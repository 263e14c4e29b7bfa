import { useId, useState } from 'preact/hooks';
import { ApiError } from '../api/client.js';
import { useWords } from '../words/words.js';
import { Dialog } from './dialog.js';
import { explain } from './status-parts.js';
import { Text } from './text.js';

interface AskDialogProps {
  title: string;
  risk: string;
  /** What the button does, in one word. */
  verb: string;
  /** Whether a reason is asked for. */
  wantsReason?: boolean;
  /** Rejects where it could not be done: the dialog says why and stays. */
  onYes: (reason: string) => Promise<void>;
  onClose: () => void;
}

/** Asks before something is done that is not about messages. */
export function AskDialog({ title, risk, verb, wantsReason = false, onYes, onClose }: AskDialogProps) {
  const words = useWords();
  const [reason, setReason] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const field = useId();
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await onYes(reason.trim());
      onClose();
    } catch (cause) {
      setFailure(cause instanceof ApiError ? explain(cause, words) : String(cause));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <p>{risk}</p>
        {wantsReason && (
          <label class="field" for={field}>
            <span>{words.action.reason}</span>
            <input
              id={field}
              required
              maxLength={500}
              value={reason}
              placeholder={words.action.reasonHint}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
        )}
        {failure && (
          <p class="failure" role="alert">
            <Text>{failure}</Text>
          </p>
        )}
        <footer>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="submit" class="primary" disabled={isBusy || (wantsReason && reason.trim() === '')}>
            {verb}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
