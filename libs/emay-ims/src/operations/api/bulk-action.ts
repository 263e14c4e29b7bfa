import type { MessageAction } from './message-evidence.js';
import type { MessageSearch } from './message-search.js';
import type { OperatorMessage } from './operator-message.js';
import type { ProvedSent } from './proved-sent.js';

/** What to do, and to which messages: exactly one of `ids`, `search` and `incident`. */
export interface ActionWanted {
  action: MessageAction;
  /** At most 10,000. */
  ids?: string[] | undefined;
  /** `limit` and `after` are ignored. */
  search?: MessageSearch | undefined;
  /** `id` of a `DoubtIncident`. */
  incident?: string | undefined;
}

/** What would be done: stored, so that `apply` does this and nothing else. At most 10,000 messages; `resend`: at most 1,000. */
export interface ActionPreview {
  id: string;
  action: MessageAction;
  /** Messages it would change. */
  count: number;
  /** Some of them, newest first, at most 10. */
  sample: OperatorMessage[];
  /** Messages wanted whose state does not allow it. */
  skippedNow: number;
  /** More match than are stored, or the search was not finished. */
  isCut: boolean;
  /** Of the codes and times of these messages. `null`: `cancel`, or of one of the codes it is not known. */
  provedSent: ProvedSent | null;
  /** Not applied after this: 5 minutes after it was made. */
  expiresAt: Date;
  /** The same as a time from the answer on, in ms, for machines whose clocks differ. */
  expiresInMs: number;
}

/** How far an action has got. */
export interface ActionProgress {
  id: string;
  action: MessageAction;
  state: 'previewed' | 'running' | 'done' | 'expired';
  count: number;
  /** Messages changed. */
  done: number;
  /** Messages that were no longer as previewed: left alone. */
  changedSince: number;
  /** Of those, at most 100. */
  changedIds: string[];
}
