import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useWords } from '../words/words.js';
import { Icon } from './icons.js';

interface DialogProps {
  title: string;
  onClose: () => void;
  /** It cannot be closed: there is nothing to do behind it. */
  isFinal?: boolean;
  children: ComponentChildren;
}

/** A modal of the browser's own: it keeps the focus, closes on Escape and gives the focus back. */
export function Dialog({ title, onClose, isFinal = false, children }: DialogProps) {
  const words = useWords();
  const element = useRef<HTMLDialogElement>(null);
  const label = useId();
  useEffect(() => {
    const dialog = element.current!;
    dialog.showModal();
    // Browsers close a dialog on a second Escape, whatever the page says to the first.
    const closed = () => (isFinal ? dialog.showModal() : onClose());
    dialog.addEventListener('close', closed);
    return () => {
      dialog.removeEventListener('close', closed);
      dialog.close();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={label}>{title}</h2>
        {!isFinal && (
          <button type="button" class="quiet" aria-label={words.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
