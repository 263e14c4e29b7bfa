import type { EmayImsClient, HeldBack, SendOutcome } from '../client/index.js';
import { GuardedLogger, publishSettled } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { failpoint } from '../failpoints/failpoint.js';
import { newToken } from '../messages/ids.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { Attempt, ClaimedMessage } from '../messages/attempt.js';
import type { MessageQueue } from '../message-store/message-queue.js';
import type { MessageResults } from '../message-store/message-results.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { retry } from '../time/retry.js';
import { ANSWER_CODES, classifyAnswerCode, printableCode } from '../protocol/index.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import { HOST_CLOCK, type EmayImsClock } from '../time/clock.js';
import { closedBy, runAttempt, type RunningAttempt } from './attempt-fence.js';
import { RequestSize } from './request-size.js';
import { isSameText, judge, type Verdict } from './verdict.js';

/** Time to record the outcome, after the request timeout. Then the attempt counts as stalled. */
const RECORDING_MS = 5_000;
/** How long an outcome is kept in memory while the database is away. By then the attempt has stalled anyway. */
const RECORDING_RETRY_MS = 60_000;
/** The same during a shutdown. */
const SHUTDOWN_RETRY_MS = 3_000;
/** How long a call waits for a failing database where no outcome of a request is at stake. */
export const CALLER_PATIENCE_MS = 5_000;
const TOO_LARGE_TOLD_EVERY_MS = 10 * 60_000;

/** Retries a look-up of what an attempt has just stored. */
export type LookUp = <T>(find: () => Promise<T>) => Promise<T>;

/** The result of a submitted message; QUEUED: it provably was not accepted. */
export type SubmittedMessage = Pick<ImsMessage, 'customImsId' | 'state' | 'code' | 'imsId'>;

/**
 * Submits claimed messages and records their outcomes.
 *
 * - The messages are already SUBMITTING under the attempt's ID: the pre-send commit is done.
 * - One attempt is one request. A refused batch is halved into new attempts, until the refused message is alone.
 * - The process may have been suspended since the claim. If the fence finds that it is too late, the messages go back to the queue.
 * - Recording an outcome is retried for a while; then maintenance makes it UNCONFIRMED. Nothing is resubmitted from here.
 */
export class Submitter {
  readonly size: RequestSize;
  private readonly logger: GuardedLogger;
  private isShuttingDown = false;
  private canaryInFlight: Promise<HeldBack | null> | null = null;
  private silentUntil = -Infinity;

  constructor(
    private readonly client: EmayImsClient,
    private readonly queue: MessageQueue,
    private readonly results: MessageResults,
    private readonly circuit: AccountCircuit,
    private readonly options: ResolvedEmayImsOptions,
    private readonly clock: EmayImsClock = HOST_CLOCK,
  ) {
    this.logger = GuardedLogger.of(options.name);
    this.size = new RequestSize(client.canary, options.dispatch.maxBatchSize);
  }

  /** Whether messages may be claimed at once; otherwise a canary goes first, see `newAttempt`. */
  get isAddressProven(): boolean {
    return this.client.canary.isProven;
  }

  /** Shortens retries: outcomes are no longer kept in memory for long. */
  beginShutdown(): void {
    this.isShuttingDown = true;
  }

  /**
   * Call it before the messages are claimed, or stored as SUBMITTING: a canary may have to go first, which takes as long as a request. If no
   * canary comes through, the attempt sends nothing, see `heldBack`.
   */
  async newAttempt(): Promise<RunningAttempt> {
    const heldBack = this.isAddressProven ? null : await this.proveAddress();
    const lastsMs = this.options.http.timeoutMs + RECORDING_MS;
    return runAttempt({ token: newToken(), lastsMs }, this.clock, heldBack);
  }

  /**
   * Submits messages to different numbers, at most 300.
   *
   * @param releaseInMs when messages that were not accepted are ready again; `null`: they are put on hold
   * @returns the result of each, as recorded by this attempt
   */
  async submit(
    messages: readonly ClaimedMessage[],
    attempt: RunningAttempt,
    releaseInMs: number | null,
  ): Promise<SubmittedMessage[]> {
    await failpoint('before-request');
    const outcome = attempt.heldBack ?? (await this.request(messages, attempt));
    await failpoint('after-request');
    const verdict = judge(outcome, messages, this.options.protocol.answerCodes);
    if (outcome.kind === 'unsent' && outcome.isTooLate) this.logTooLate(outcome.reason, messages.length);
    else if (outcome.kind === 'unsent' && outcome.isTooLarge && messages.length > 1) this.logTooLarge(outcome.reason);
    // A canary's failure is already in the circuit.
    else if (attempt.heldBack === null) this.learnFrom(outcome, verdict, messages.length);
    const ends = await this.record(verdict, messages, attempt, releaseInMs);
    await failpoint('after-settle');
    return ends;
  }

  private async proveAddress(): Promise<HeldBack | null> {
    if (this.circuit.isAccountRefused) return { kind: 'refused', code: this.circuit.reason ?? 'ERROR_SIGN' };
    this.canaryInFlight ??= this.sendCanary().finally(() => (this.canaryInFlight = null));
    return this.canaryInFlight;
  }

  private async sendCanary(): Promise<HeldBack | null> {
    const heldBack = await this.client.proveAddress();
    if (heldBack) {
      this.learnFailure('A canary', heldBack.kind, heldBack.kind === 'refused' ? heldBack.code : heldBack.reason);
    }
    return heldBack;
  }

  private async record(
    verdict: Verdict,
    messages: readonly ClaimedMessage[],
    attempt: RunningAttempt,
    releaseInMs: number | null,
  ): Promise<SubmittedMessage[]> {
    switch (verdict.kind) {
      case 'decided':
        await this.retryOnStoreError(() => this.results.recordOutcomes(attempt.token, verdict.outcomes));
        publishSettled(this.options.name, verdict.outcomes);
        return verdict.outcomes;
      case 'released':
        await this.release(messages, attempt, verdict.code, releaseInMs);
        return messages.map(({ customImsId }) => ({ customImsId, state: 'QUEUED', code: verdict.code, imsId: null }));
      case 'split':
        // Ready again late enough for this process to claim the halves, and not lost if it fails.
        await this.release(messages, attempt, verdict.code, attempt.lastsMs);
        return this.submitHalves(messages, releaseInMs);
    }
  }

  private async submitHalves(
    messages: readonly ClaimedMessage[],
    releaseInMs: number | null,
  ): Promise<SubmittedMessage[]> {
    const ends: SubmittedMessage[] = [];
    const middle = Math.ceil(messages.length / 2);
    for (const half of [messages.slice(0, middle), messages.slice(middle)]) {
      const attempt = await this.newAttempt();
      const ids = half.map(({ customImsId }) => customImsId);
      const claim = () => this.queue.claimThese(ids, attempt);
      const claimed = await this.beforeRequest(attempt, releaseInMs, claim);
      if (claimed.length > 0) ends.push(...(await this.submit(claimed, attempt, releaseInMs)));
    }
    return ends;
  }

  private request(messages: readonly ClaimedMessage[], attempt: RunningAttempt): Promise<SendOutcome> {
    const fence = () => closedBy(attempt, messages);
    const [first] = messages;
    if (first && messages.length === 1) return this.client.sendSingleIms(first, fence);
    // There are several, as no address was half-proven when that was decided: see `RequestSize`.
    if (first && isSameText(messages)) return this.client.sendBatchIms(first.content, messages, fence, false);
    return this.client.sendPersonalityIms(messages, fence, false);
  }

  private release(
    messages: readonly ClaimedMessage[],
    attempt: RunningAttempt,
    code: string,
    dueInMs: number | null,
  ): Promise<void> {
    return this.retryOnStoreError(() =>
      this.queue.release(
        attempt.token,
        messages.map(({ customImsId }) => ({ customImsId, code, dueInMs })),
      ),
    );
  }

  /** Not the gateway's fault, so the circuit stays as it is. */
  private logTooLate(code: string, count: number): void {
    this.logger.warn(
      `Request not sent (${code}): too much time has passed since its messages were claimed. They are QUEUED again. If ` +
        'frequent, look for suspended processes or a slow database.',
      { account: this.options.name, code, count },
    );
  }

  /** At most once in ten minutes: every half of every request may end here. */
  private logTooLarge(code: string): void {
    if (performance.now() < this.silentUntil) return;
    this.silentUntil = performance.now() + TOO_LARGE_TOLD_EVERY_MS;
    const printable = printableCode(code);
    this.logger.warn(
      `A large canary failed with ${printable}, one of the usual size came through: a proxy spoils or refuses large ` +
        'requests. Messages are submitted in smaller ones. Check the limits of the proxy (body size, buffering, chunking).',
      { account: this.options.name, code: printable },
    );
  }

  private learnFrom(outcome: SendOutcome, verdict: Verdict, size: number): void {
    switch (outcome.kind) {
      case 'accepted': {
        const named =
          verdict.kind === 'decided' ? verdict.outcomes.filter(({ state }) => state === 'ACCEPTED').length : 0;
        // One that leaves out most of them may have been cut.
        if (named * 2 < size) this.size.unconfirmed(size);
        else this.size.succeeded(size);
        // One without any of them may belong to another request.
        return named === 0 ? this.learnFailure('A request', 'unconfirmed', 'MISSING_ENTRY') : this.circuit.succeeded();
      }
      case 'refused':
        if (verdict.kind === 'released') return this.learnFailure('A request', outcome.kind, outcome.code);
        this.circuit.succeeded();
        return this.logger.error(
          `The gateway refused a request with ${outcome.code}. ${ANSWER_CODES[outcome.code]?.advice ?? ''}`.trimEnd(),
          { account: this.options.name, outcome: outcome.kind, code: outcome.code },
        );
      default:
        if (outcome.kind === 'unconfirmed') this.size.unconfirmed(size);
        return this.learnFailure('A request', outcome.kind, outcome.reason);
    }
  }

  private learnFailure(what: 'A request' | 'A canary', outcome: SendOutcome['kind'], reason: string): void {
    const kind = classifyAnswerCode(reason, this.options.protocol.answerCodes);
    const isDoubtful = kind === 'doubtful';
    // A gateway that asks to wait, or for money, has recognised the account.
    if (kind !== 'pace' && kind !== 'balance') this.client.canary.invalidate();
    const wait = this.circuit.failed(reason, kind === 'configuration' || kind === 'balance');
    const advice = ANSWER_CODES[reason]?.advice ?? '';
    const code = printableCode(reason);
    const pauseMs = Math.ceil(wait);
    const consequence = consequenceOf(what, outcome);
    this.logger[isDoubtful ? 'error' : 'warn'](
      `${what} ended ${outcome} with ${code}; ${consequence}. Next probe of the gateway in ${pauseMs} ms. ${advice}`.trimEnd(),
      { account: this.options.name, outcome, code, pauseMs },
    );
  }

  /**
   * Does what comes before an attempt's request: the write that makes its messages SUBMITTING, and look-ups after it. If that fails and may
   * have stored something, nothing was sent: the messages are released before the caller is told. Later they might be sent, though told unsent.
   *
   * @param releaseInMs as for `submit`
   * @param patienceMs how long a failing database is waited for, by look-up and release together
   */
  async beforeRequest<T>(
    attempt: Attempt,
    releaseInMs: number | null,
    work: (lookUp: LookUp) => Promise<T>,
    patienceMs = RECORDING_RETRY_MS,
  ): Promise<T> {
    let leftMs = patienceMs;
    const lookUp: LookUp = (find) =>
      this.retryOnStoreError(find, patienceMs).catch((error: unknown) => {
        if (!(error instanceof EmayImsStoreError)) throw error;
        leftMs = 0;
        throw new EmayImsStoreError(error.driverCode, { mayBeStored: true });
      });
    try {
      return await work(lookUp);
    } catch (error) {
      // Otherwise they would become UNCONFIRMED, although none was submitted.
      if (error instanceof EmayImsStoreError && error.mayBeStored) {
        await this.releaseUnsent(attempt, releaseInMs, leftMs);
      }
      throw error;
    }
  }

  /** Never throws: the first failure is the one to tell. */
  private async releaseUnsent({ token }: Attempt, dueInMs: number | null, limitMs: number): Promise<void> {
    const release = async () => {
      const customImsIds = await this.queue.findByAttempt(token);
      const releases = customImsIds.map((customImsId) => ({ customImsId, code: 'CLAIM_UNANSWERED', dueInMs }));
      await this.queue.release(token, releases);
    };
    await this.retryOnStoreError(release, limitMs).catch((error: unknown) =>
      this.logger.error(
        'Messages of a request that was not sent could not be released: the database failed again. If they were stored, they ' +
          'become UNCONFIRMED.',
        { account: this.options.name, code: error instanceof EmayImsStoreError ? error.driverCode : 'UNKNOWN' },
      ),
    );
  }

  /** Retries database work for a while, if it fails with EmayImsStoreError. */
  retryOnStoreError<T>(work: () => Promise<T>, limitMs = RECORDING_RETRY_MS): Promise<T> {
    return retry(work, {
      mayPass: (error) => error instanceof EmayImsStoreError,
      limitMs: () => (this.isShuttingDown ? Math.min(limitMs, SHUTDOWN_RETRY_MS) : limitMs),
      pauseMs: (failures) => Math.min(1_000, 25 * 2 ** failures),
    });
  }
}

function consequenceOf(what: 'A request' | 'A canary', outcome: SendOutcome['kind']): string {
  if (what === 'A canary') return 'no message was sent';
  return outcome === 'unconfirmed' ? 'its messages are UNCONFIRMED and are not resent' : 'its messages were not sent';
}
