import { Store, useStore } from '../api/store.js';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isError: boolean;
}

const toasts = new Store<readonly Toast[]>([]);
const STAYS_MS = 6_000;
let last = 0;

/** Says briefly what came of a click; errors stay twice as long. */
export function say(text: string, { isError = false } = {}): void {
  const toast = { id: ++last, text, isError };
  toasts.set([...toasts.value, toast]);
  setTimeout(() => toasts.set(toasts.value.filter(({ id }) => id !== toast.id)), isError ? 2 * STAYS_MS : STAYS_MS);
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, isError }) => (
        <p key={id} class={isError ? 'toast toast-error' : 'toast'}>
          <bdi>{text}</bdi>
        </p>
      ))}
    </div>
  );
}
