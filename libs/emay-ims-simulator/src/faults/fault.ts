import type { CallName } from '../wire/call-name.js';
import type { CodeFault } from './code.js';
import type { DelayFault } from './delay.js';
import type { DripFault } from './drip.js';
import type { GzipFault } from './gzip.js';
import type { HangFault } from './hang.js';
import type { HtmlFault } from './html.js';
import type { MissingEntriesFault } from './missing-entries.js';
import type { NumericIdsFault } from './numeric-ids.js';
import type { OversizeFault } from './oversize.js';
import type { RedirectFault } from './redirect.js';
import type { ReorderedEntriesFault } from './reordered-entries.js';
import type { ResetAfterFault } from './reset-after.js';
import type { ResetBeforeFault } from './reset-before.js';
import type { StatusFault } from './status.js';
import type { StrangerEntriesFault } from './stranger-entries.js';
import type { TruncateFault } from './truncate.js';

/** What goes wrong with one request. */
export type Fault =
  | CodeFault
  | DelayFault
  | DripFault
  | GzipFault
  | HangFault
  | HtmlFault
  | MissingEntriesFault
  | NumericIdsFault
  | OversizeFault
  | RedirectFault
  | ReorderedEntriesFault
  | ResetAfterFault
  | ResetBeforeFault
  | StatusFault
  | StrangerEntriesFault
  | TruncateFault;

export type FaultKind = Fault['kind'];

/** A fault, which calls it waits for, and how many of them it spoils. */
export type FaultOrder = Fault & {
  /** Default: any of the four calls. */
  readonly on?: CallName | readonly CallName[];
  /** Default: 1. `Infinity` goes on until the fault is removed. */
  readonly times?: number;
};
