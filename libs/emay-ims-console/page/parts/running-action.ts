import { ApiError, read, write } from '../api/client.js';
import { onLive } from '../api/live.js';
import { Store } from '../api/store.js';
import type { ActionPreview, ActionProgress } from '../api/types.js';

/** The bulk action that this tab has begun: it goes on when its dialog is closed, and when the page is changed. */
export interface RunningAction {
  readonly account: string;
  readonly progress: ActionProgress;
  readonly reason: string;
  /** Last time that something moved. */
  readonly movedAt: number;
  readonly failure: ApiError | null;
}

export const running = new Store<RunningAction | null>(null);

const POLL_MS = 1_000;

/** Applies what was previewed. Progress comes by the stream, and by asking. */
export async function applyPreview(account: string, preview: ActionPreview, reason: string): Promise<void> {
  const { id, action, count } = preview;
  const progress = { id, action, state: 'running', count, done: 0, changedSince: 0, changedIds: [] } as ActionProgress;
  running.set({ account, reason, progress, movedAt: Date.now(), failure: null });
  await goOn();
}

/** Runs the rest: an action that was interrupted is resumed by applying it again. */
export async function goOn(): Promise<void> {
  const { account, progress, reason } = running.value!;
  const timer = setInterval(() => void refresh(), POLL_MS);
  try {
    take(await write<ActionProgress>(`actions/${progress.id}/apply`, { account }, { reason }));
    while (running.value?.progress.id === progress.id && running.value.progress.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  } catch (cause) {
    const failure = cause instanceof ApiError ? cause : new ApiError(0, 'PAGE', String(cause));
    if (running.value?.progress.id === progress.id) running.set({ ...running.value, failure });
  } finally {
    clearInterval(timer);
  }
}

async function refresh(): Promise<void> {
  const current = running.value;
  if (!current) return;
  // A failed look changes nothing: the next one tells.
  const progress = await read<ActionProgress>(`actions/${current.progress.id}`, { account: current.account }).catch(
    () => null,
  );
  if (progress) take(progress);
}

function take(progress: ActionProgress): void {
  const current = running.value;
  if (!current || current.progress.id !== progress.id || current.progress.state === 'done') return;
  const seen = current.progress.done + current.progress.changedSince;
  const hasMoved = progress.done + progress.changedSince > seen || progress.state === 'done';
  // Answers may overtake each other; a count never goes back.
  if (progress.done + progress.changedSince < seen) return;
  running.set({ ...current, progress, failure: null, movedAt: hasMoved ? Date.now() : current.movedAt });
}

onLive('action', take);
