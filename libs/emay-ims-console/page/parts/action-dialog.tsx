import { useEffect, useId, useMemo, useState } from 'preact/hooks';
import { ApiError, write } from '../api/client.js';
import { useStore } from '../api/store.js';
import type { ActionPreview, ActionWanted } from '../api/types.js';
import { useWords } from '../words/words.js';
import { Dialog } from './dialog.js';
import { useFormat } from './format.js';
import { MessageLine } from './message-line.js';
import { applyPreview, goOn, running } from './running-action.js';
import { Failure, Skeleton } from './status-parts.js';
import { Code } from './text.js';

/** Up to here a click confirms; above, the count is typed, as nobody types 1,204 by accident. */
const CLICK_CONFIRMS = 10;
/** After so long without progress the page offers to go on. */
const STALLED_MS = 10_000;

interface ActionDialogProps {
  account: string;
  wanted: ActionWanted;
  onClose: () => void;
  /** Something has changed: what lies beneath asks anew. */
  onDone: () => void;
}

/** Preview, confirmation with a reason, progress: what is applied is exactly what was shown. */
export function ActionDialog({ account, wanted, onClose, onDone }: ActionDialogProps) {
  const words = useWords();
  const [preview, setPreview] = useState<ActionPreview | null>(null);
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [reason, setReason] = useState('');
  const [turn, setTurn] = useState(0);
  const [hasBegun, setBegun] = useState(false);
  const current = useStore(running);

  useEffect(() => {
    let isGone = false;
    setPreview(null);
    setFailure(null);
    write<ActionPreview>('actions/preview', { account }, wanted)
      .then((made) => !isGone && setPreview(made))
      .catch((cause: unknown) => {
        if (!isGone) setFailure(cause instanceof ApiError ? cause : new ApiError(0, 'PAGE', String(cause)));
      });
    return () => void (isGone = true);
  }, [turn]);

  const isOurs = hasBegun && preview !== null && current?.progress.id === preview.id;
  const isOver = isOurs && current.progress.state === 'done';
  useEffect(() => {
    if (isOver) onDone();
  }, [isOver]);
  useEffect(() => () => void (hasBegun && onDone()), [hasBegun]);

  const again = () => {
    setBegun(false);
    setTurn(turn + 1);
  };
  const isExpired =
    isOurs &&
    (current.progress.state === 'expired' || current.failure?.status === 404 || current.failure?.status === 409);

  if (isExpired)
    return (
      <Dialog title={words.action[wanted.action]} onClose={onClose}>
        <p role="alert">{words.action.expired}</p>
        <footer>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button type="button" class="primary" onClick={again}>
            {words.action.again}
          </button>
        </footer>
      </Dialog>
    );
  if (isOurs) return <Progress onClose={onClose} />;
  if (preview === null)
    return (
      <Dialog title={words.action[wanted.action]} onClose={onClose}>
        {failure === null ? (
          <>
            <p class="hidden" role="status">
              {words.action.preparing}
            </p>
            <Skeleton lines={4} />
          </>
        ) : (
          <Failure error={failure} retry={again} />
        )}
      </Dialog>
    );
  return (
    <Confirmation
      preview={preview}
      wanted={wanted}
      reason={reason}
      setReason={setReason}
      onClose={onClose}
      onYes={() => {
        setBegun(true);
        void applyPreview(account, preview, reason.trim());
      }}
      onAgain={again}
    />
  );
}

interface ConfirmationProps {
  preview: ActionPreview;
  wanted: ActionWanted;
  reason: string;
  setReason: (reason: string) => void;
  onYes: () => void;
  onAgain: () => void;
  onClose: () => void;
}

function Confirmation({ preview, wanted, reason, setReason, onYes, onAgain, onClose }: ConfirmationProps) {
  const words = useWords();
  const format = useFormat();
  const [typed, setTyped] = useState('');
  const [isExpired, setExpired] = useState(false);
  const fields = useId();
  const { count, action, sample, skippedNow, isCut, provedSent, expiresInMs } = preview;
  const said = format.number(count);
  const isTyped = count <= CLICK_CONFIRMS || typed.replace(/[\s,.’']/g, '') === String(count);

  // Counted from the answer on: the clock of this machine may be minutes away from the server's.
  const expiresAt = useMemo(() => Date.now() + expiresInMs, [preview]);
  useEffect(() => {
    const timer = setTimeout(() => setExpired(true), expiresInMs);
    return () => clearTimeout(timer);
  }, [preview]);

  if (count === 0 || isExpired)
    return (
      <Dialog title={words.action[action]} onClose={onClose}>
        <p role="status">{isExpired ? words.action.expired : words.action.nothing}</p>
        {skippedNow > 0 && !isExpired && <p>{words.action.skipped(format.number(skippedNow))}</p>}
        <footer>
          <button type="button" onClick={onClose}>
            {words.close}
          </button>
          {isExpired && (
            <button type="button" class="primary" onClick={onAgain}>
              {words.action.again}
            </button>
          )}
        </footer>
      </Dialog>
    );
  return (
    <Dialog title={words.action.ask[action](said)} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isTyped && reason.trim() !== '') onYes();
        }}
      >
        <p class={`risk risk-${action}`}>{count === 1 ? words.action.riskOne[action] : words.action.risk[action]}</p>
        {action === 'resend' && <ProvedSent provedSent={provedSent} />}
        {isCut && <p class="warning">{words.action.cut(said)}</p>}
        {skippedNow > 0 && <p>{words.action.skipped(format.number(skippedNow))}</p>}
        <p class="muted">{words.action.exactly}</p>
        <ul class="sample" aria-label={words.action.sample(format.number(sample.length))}>
          {sample.slice(0, 5).map((message) => (
            <li key={message.customImsId}>
              <MessageLine message={message} />
            </li>
          ))}
        </ul>
        <label class="field" for={`${fields}-reason`}>
          <span>{words.action.reason}</span>
          <input
            id={`${fields}-reason`}
            required
            maxLength={500}
            value={reason}
            placeholder={words.action.reasonHint}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        {count > CLICK_CONFIRMS && (
          <label class="field" for={`${fields}-count`}>
            <span>{words.action.typeCount(said)}</span>
            <input
              id={`${fields}-count`}
              class="count"
              inputMode="numeric"
              autocomplete="off"
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
        )}
        <footer>
          <small class="muted">{words.action.expires(format.clock(expiresAt) + format.zoneMark)}</small>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button
            type="submit"
            class={wanted.action === 'cancel' ? 'primary' : 'primary danger'}
            disabled={!isTyped || reason.trim() === ''}
          >
            {words.action[action]}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** What weighs against sending again: of the same time and code, how many were sent after all. */
function ProvedSent({ provedSent }: Pick<ActionPreview, 'provedSent'>) {
  const words = useWords();
  const format = useFormat();
  if (provedSent === null) return <p class="muted">{words.doubts.provedUnknown}</p>;
  const { messages, by } = provedSent;
  return (
    <p>
      <b>{messages === 0 ? words.doubts.noneProved : words.action.proved(format.number(messages), messages === 1)}</b>{' '}
      <small class="muted">{words.doubts.countedBy[by]}</small>
    </p>
  );
}

/** How far it is; "88 done, 2 changed since". */
export function Progress({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const format = useFormat();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const current = useStore(running);
  if (!current) return null;
  const { progress, failure, movedAt } = current;
  const [done, changed] = [format.number(progress.done), format.number(progress.changedSince)];
  const isOver = progress.state === 'done';
  return (
    <Dialog title={words.action[progress.action]} onClose={onClose}>
      <p class="progress-text" role="status">
        {isOver ? words.action.result(done, changed) : words.action.running(done, format.number(progress.count))}
      </p>
      <progress
        max={Math.max(progress.count, 1)}
        value={isOver ? Math.max(progress.count, 1) : progress.done + progress.changedSince}
        aria-label={words.action[progress.action]}
      />
      {progress.changedIds.length > 0 && (
        <>
          <p class="muted">{words.action.changedSince}</p>
          <p class="ids">
            {progress.changedIds.map((id) => (
              <Code key={id}>{id}</Code>
            ))}
          </p>
        </>
      )}
      {failure && <Failure error={failure} retry={() => void goOn()} />}
      {!isOver && !failure && now - movedAt > STALLED_MS && (
        <p class="warning">
          {words.action.stalled}{' '}
          <button type="button" onClick={() => void goOn()}>
            {words.action.goOn}
          </button>
        </p>
      )}
      <footer>
        <button type="button" class={isOver ? 'primary' : ''} onClick={onClose}>
          {isOver ? words.action.done : words.action.hide}
        </button>
      </footer>
    </Dialog>
  );
}
