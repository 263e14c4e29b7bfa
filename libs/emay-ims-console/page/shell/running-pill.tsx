import { useEffect, useState } from 'preact/hooks';
import { useStore } from '../api/store.js';
import { Progress } from '../parts/action-dialog.js';
import { useFormat } from '../parts/format.js';
import { running } from '../parts/running-action.js';
import { useWords } from '../words/words.js';

/** A bulk action whose dialog was closed: how far it is, on every page. */
export function RunningPill() {
  const words = useWords();
  const format = useFormat();
  const current = useStore(running);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => setOpen(false), [current?.progress.id]);
  if (!current || (current.progress.state !== 'running' && !isOpen)) return null;
  if (isOpen) return <Progress onClose={() => setOpen(false)} />;
  return (
    <button type="button" class="pill" onClick={() => setOpen(true)}>
      {words.action[current.progress.action]} ·{' '}
      {words.action.running(format.number(current.progress.done), format.number(current.progress.count))}
    </button>
  );
}
