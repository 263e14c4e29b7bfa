import type { CallName } from '../wire/call-name.js';
import type { AbsurdPageFault } from './absurd-page.js';
import type { ClockSkewFault } from './clock-skew.js';
import type { CodeFault } from './code.js';
import type { CompressedBombFault } from './compressed-bomb.js';
import type { ConflictingReportsFault } from './conflicting-reports.js';
import type { DelayFault } from './delay.js';
import type { DripFault } from './drip.js';
import type { DuplicateReportsFault } from './duplicate-reports.js';
import type { EarlyReportsFault } from './early-reports.js';
import type { EncodedFault } from './encoded.js';
import type { GzipFault } from './gzip.js';
import type { HangFault } from './hang.js';
import type { HtmlFault } from './html.js';
import type { LateReportsFault } from './late-reports.js';
import type { LostReportsFault } from './lost-reports.js';
import type { MalformedReportsFault } from './malformed-reports.js';
import type { MissingEntriesFault } from './missing-entries.js';
import type { NumericIdsFault } from './numeric-ids.js';
import type { OddReportsFault } from './odd-reports.js';
import type { OversizeFault } from './oversize.js';
import type { PartlyAcceptedFault } from './partly-accepted.js';
import type { RedirectFault } from './redirect.js';
import type { RefuseFault } from './refuse.js';
import type { ReorderedEntriesFault } from './reordered-entries.js';
import type { ResetAfterFault } from './reset-after.js';
import type { ResetBeforeFault } from './reset-before.js';
import type { ResultHeaderFault } from './result-header.js';
import type { ReturnedPageFault } from './returned-page.js';
import type { StatusFault } from './status.js';
import type { StrangerEntriesFault } from './stranger-entries.js';
import type { StrangerReportsFault } from './stranger-reports.js';
import type { TruncateFault } from './truncate.js';
import type { UntrueEntriesFault } from './untrue-entries.js';
import type { WronglyPushedFault } from './wrongly-pushed.js';
import type { WronglySealedFault } from './wrongly-sealed.js';

/** What goes wrong. */
export type Fault =
  | AbsurdPageFault
  | ClockSkewFault
  | CodeFault
  | CompressedBombFault
  | ConflictingReportsFault
  | DelayFault
  | DripFault
  | DuplicateReportsFault
  | EarlyReportsFault
  | EncodedFault
  | GzipFault
  | HangFault
  | HtmlFault
  | LateReportsFault
  | LostReportsFault
  | MalformedReportsFault
  | MissingEntriesFault
  | NumericIdsFault
  | OddReportsFault
  | OversizeFault
  | PartlyAcceptedFault
  | RedirectFault
  | RefuseFault
  | ReorderedEntriesFault
  | ResetAfterFault
  | ResetBeforeFault
  | ResultHeaderFault
  | ReturnedPageFault
  | StatusFault
  | StrangerEntriesFault
  | StrangerReportsFault
  | TruncateFault
  | UntrueEntriesFault
  | WronglyPushedFault
  | WronglySealedFault;

/** The name of a kind of fault, such as `reset-after`. */
export type FaultKind = Fault['kind'];

/** Which requests a fault meets. `refuse` takes only `afterMs` and `forMs`, `wrongly-pushed` all but `on`. */
export interface FaultConditions {
  /** The calls it waits for, of those that the fault makes sense for. Default: all of those. */
  readonly on?: CallName | readonly CallName[] | undefined;
  /** How many requests it spoils. Default: 1, with `chance` or `forMs` as many as come. `Infinity`: until it is removed. */
  readonly times?: number | undefined;
  /** How many such requests go by unharmed first. Default: 0. */
  readonly skip?: number | undefined;
  /** The chance that it meets a request, drawn from the simulator's seed. Default: 1. */
  readonly chance?: number | undefined;
  /** From when on, in milliseconds after the order. Default: 0. */
  readonly afterMs?: number | undefined;
  /** For how long, in milliseconds. Default: for ever; `refuse`: 5,000. */
  readonly forMs?: number | undefined;
}

/** A fault, and which requests it meets. */
export type FaultOrder = Fault & FaultConditions;
