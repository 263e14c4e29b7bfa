import { useEffect } from 'preact/hooks';
import { Store, useStore } from '../api/store.js';
import { Dialog } from '../parts/dialog.js';
import { useWords } from '../words/words.js';

export const isHelpOpen = new Store(false);

/** Whether a key was meant for the page, not for a field, a dialog or the browser. */
export function isForPage(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return false;
  if (document.querySelector('dialog[open]')) return false;
  return !(event.target instanceof Element && event.target.closest('input, select, textarea, [contenteditable]'));
}

export function useGlobalKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!isForPage(event)) return;
      if (event.key === '?') isHelpOpen.set(true);
      else if (event.key === '/') document.getElementById('search')?.focus();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

export function KeyHelp() {
  const words = useWords();
  if (!useStore(isHelpOpen)) return null;
  const keys = [
    ['/', words.keys.search],
    ['j', words.keys.next],
    ['k', words.keys.previous],
    ['Enter', words.keys.open],
    ['x', words.keys.select],
    ['?', words.keys.help],
    ['Esc', words.keys.escape],
  ] as const;
  return (
    <Dialog title={words.bar.keys} onClose={() => isHelpOpen.set(false)}>
      <dl class="keys">
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
