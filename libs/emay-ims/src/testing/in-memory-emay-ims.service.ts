import { MOBILE_PROBLEM } from '../dto/decorators.js';
import type { EmayImsAccount } from '../account/emay-ims.account.js';
import { EmayImsService } from '../emay-ims.service.js';
import { EmayImsConflictError, EmayImsValidationError } from '../errors/emay-ims-errors.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { resolveOptions } from '../options/resolve-options.js';
import { classifyAnswerCode, normalizeMobile } from '../protocol/index.js';
import type { ReportedState } from './delivery-report.js';
import { InMemoryAccount, type NeverAskedOfAnInMemoryAccount } from './in-memory-account.js';
import { InMemoryEvents } from './in-memory-events.js';
import type { ScriptedFor, ScriptedOutcome } from './scripted-gateway.js';
import { standsFor } from './surface.js';

/** The account in memory, and its clock. */
export interface InMemoryEmayImsOptions {
  /** Name of the account. Default `default`. */
  name?: string | undefined;
  /** Longest text, in UTF-16 units, as `protocol.maxContentLength`. Default 500. */
  maxContentLength?: number | undefined;
  /** Epoch milliseconds. Default `Date.now`, looked up at each use, so that fake timers move it. */
  now?: (() => number) | undefined;
}

/** Whom a scripted outcome is for. */
export interface OutcomeFor {
  /** Only messages to this number, in any writing. Default: whichever message comes next. */
  mobile?: string | undefined;
  /** How often: a whole number from 0 (not at all). Default once; `Infinity` until `acceptEverything()`. Any other is a `RangeError`. */
  times?: number | undefined;
}

/**
 * An `EmayImsService` for unit tests: no database, no network, no timers, nothing to start or to stop.
 *
 * - Checks, ids, conflicts, states and errors are those of the real one, whose code it runs; only what is below is memory.
 * - The gateway accepts everything, unless a test has said what comes next.
 * - Nothing happens by itself: what was enqueued is handed over by `dispatch()`, delivery reports come by `report()`.
 * - Its events are those of the real one. Methods with `@OnImsEvent` are called where `EmayImsTestingModule` is imported.
 * - `enqueue(…, { manager })` stores at once, whatever becomes of the transaction.
 */
export class InMemoryEmayImsService extends EmayImsService {
  private readonly memory: InMemoryAccount;

  constructor(
    { name, maxContentLength, now = () => Date.now() }: InMemoryEmayImsOptions = {},
    events = new InMemoryEvents(name),
  ) {
    const options = resolveOptions({ ...UNUSED, name, dispatch: ONE_BY_ONE, protocol: { maxContentLength } });
    const memory = new InMemoryAccount(options, now, events);
    const account = standsFor<EmayImsAccount, NeverAskedOfAnInMemoryAccount>(memory);
    super({ events$: events.events$, opened: () => account });
    this.memory = memory;
  }

  /** Every message, oldest first, as it stands now. */
  get messages(): ImsMessage[] {
    return this.memory.table.where(() => true);
  }

  /** The messages that the gateway took, whatever became of them later. */
  get accepted(): ImsMessage[] {
    return this.messages.filter(({ acceptedAt }) => acceptedAt !== null);
  }

  /** The messages that wait: for `dispatch()`, for their `sendAt`, or for their caller to send again. */
  get queued(): ImsMessage[] {
    return this.messages.filter(({ state }) => state === 'QUEUED');
  }

  /**
   * The newest message to a number in any writing, whatever its state.
   *
   * @throws EmayImsValidationError where that is no number
   */
  lastTo(mobile: string): ImsMessage | undefined {
    const wanted = e164(mobile);
    return this.messages.findLast((message) => message.mobile === wanted);
  }

  /**
   * The gateway refuses the next message with this answer code (§3); its neighbours in a batch are sent, unless the code is
   * about the account (`ERROR_SIGN`), its balance, the pace or the text that they share. A code that proves nothing
   * (`ERROR_PARAMS`, or one that is not listed) leaves the request unconfirmed, as in production.
   *
   * @throws RangeError for `SUCCESS`
   */
  nextRefused(code: string, only: OutcomeFor = {}): void {
    const kind = classifyAnswerCode(code);
    if (kind === 'success') throw new RangeError(`${code} refuses nothing: write a code such as ERROR_MOBILE_ERROR.`);
    this.script(
      kind === 'unlisted' || kind === 'doubtful'
        ? { kind: 'unconfirmed', reason: code, rawAnswer: null }
        : { kind: 'refused', code },
      only,
    );
  }

  /** The gateway is out of reach for the next request. */
  nextUnsent(reason = 'ECONNREFUSED', only: OutcomeFor = {}): void {
    this.script({ kind: 'unsent', reason }, only);
  }

  /** No usable answer comes to the next request. */
  nextUnconfirmed(reason = 'TIMEOUT', only: OutcomeFor = {}): void {
    this.script({ kind: 'unconfirmed', reason, rawAnswer: null }, only);
  }

  /** From now on the gateway accepts everything again: forgets the outcomes that nobody has met yet. */
  acceptEverything(): void {
    this.memory.gateway.clear();
  }

  /**
   * What the module does in the background, once: messages past their `expiresAt` become EXPIRED, accepted ones without a
   * report for 72 hours UNKNOWN, what is queued and due is handed over, and durable event handlers are called. Resolves
   * once every handler that it called has ended.
   *
   * @throws what a durable handler threw; the event stays for the next `dispatch()` or `report()`
   */
  async dispatch(): Promise<void> {
    await this.memory.dispatch();
  }

  /**
   * A delivery report comes in: it raises the message's state, or changes nothing where that stands higher already.
   * Resolves once every event handler that it called has ended; durable ones are called with all that waits for them.
   *
   * @param state the vendor's word (§4), such as `DELIVRD` or `FAIL_BALANCE`, or the state of ours that it is to lead to
   * @returns the message afterwards
   * @throws EmayImsConflictError where there is no such message; what a durable handler threw, as `dispatch()`
   */
  async report(customImsId: string, state: ReportedState | (string & {})): Promise<ImsMessage> {
    const { finder } = this.memory;
    const message = await finder.findOne(customImsId);
    if (!message) throw new EmayImsConflictError([customImsId], 'there is no message with this id to report about');
    await this.memory.report(message, state);
    return (await finder.findOne(customImsId)) as ImsMessage;
  }

  /** Forgets messages, decisions, scripted outcomes and events that wait for their handlers, as between two tests. */
  reset(): void {
    this.memory.clear();
  }

  private script(outcome: ScriptedOutcome, { mobile, times }: OutcomeFor): void {
    const scriptedFor: ScriptedFor = { mobile: mobile === undefined ? undefined : e164(mobile), times };
    this.memory.gateway.script(outcome, scriptedFor);
  }
}

/** So that requests meet what a test has said in the order of their messages. */
const ONE_BY_ONE = { concurrency: 1 };

/** Asked for by the options. */
const UNUSED = {
  baseUrl: 'https://in-memory.invalid',
  appId: 'in-memory',
  secretKey: 'in-memory',
};

function e164(mobile: string): string {
  const normalized = normalizeMobile(mobile);
  if (normalized !== null) return normalized;
  throw new EmayImsValidationError([{ index: -1, property: 'mobile', message: MOBILE_PROBLEM }]);
}
