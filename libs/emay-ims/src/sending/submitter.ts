import { setTimeout as pause } from 'node:timers/promises';
import type { EmayImsClient, HeldBack, SendOutcome } from '../client/index.js';
import { GuardedLogger, publishSettled } from '../diagnostics/index.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { failpoint } from '../failpoints/failpoint.js';
import { newToken } from '../messages/ids.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { Attempt, ClaimedMessage } from '../messages/attempt.js';
import type { MessageStore } from '../message-store/message-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { ANSWER_CODES, classifyAnswerCode, printableCode } from '../protocol/index.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import { HOST_CLOCK, type EmayImsClock } from '../time/clock.js';
import { closedBy, runAttempt, type RunningAttempt } from './attempt-fence.js';
import { RequestSize } from './request-size.js';
import { isSameText, judge, type Verdict } from './settlement.js';

/** What settling may take after the request's own deadline, before others call the attempt abandoned. */
const SETTLING_MS = 5_000;
/** How long a result is kept in memory for a database that is away. Later the attempt counts as abandoned anyway. */
const SETTLING_RETRY_MS = 60_000;
/** The same while the process is being shut down. */
const HURRIED_RETRY_MS = 3_000;

const TOO_LARGE_TOLD_EVERY_MS = 10 * 60_000;

/** How a message that was submitted ended; QUEUED: it provably was not accepted. */
export type SubmittedMessage = Pick<ImsMessage, 'customImsId' | 'state' | 'code' | 'imsId'>;

/**
 * Hands claimed messages over and records what became of them.
 *
 * - The messages are SUBMITTING, under the attempt's token, and committed: the point of no return lies behind.
 * - One attempt is one request. A refused batch is split into new attempts, halving, until the culprit stands alone.
 * - Between the claim and the first byte this process may have stood still for any time. A request that would leave too
 *   late does not leave: its messages go back to the queue.
 * - An outcome that cannot be stored is tried again for a while; after that recovery makes it UNCONFIRMED. Nothing is
 *   ever submitted a second time from here.
 */
export class Submitter {
  readonly size: RequestSize;
  private readonly logger: GuardedLogger;
  private isHurried = false;
  private canaryUnderWay: Promise<HeldBack | null> | null = null;
  private silentUntil = -Infinity;

  constructor(
    private readonly client: EmayImsClient,
    private readonly store: MessageStore,
    private readonly circuit: AccountCircuit,
    private readonly options: ResolvedEmayImsOptions,
    private readonly clock: EmayImsClock = HOST_CLOCK,
  ) {
    this.logger = GuardedLogger.of(options.name);
    const { dispatch, protocol } = options;
    this.size = new RequestSize(client.canary, { maxBatchSize: dispatch.maxBatchSize, canary: protocol.canary });
  }

  /** Whether messages may be claimed at once; else a canary goes first, see `newAttempt`. */
  get isWayProven(): boolean {
    return this.client.canary.isProven;
  }

  /** The process is being shut down: results are not kept in memory for long any more. */
  hurry(): void {
    this.isHurried = true;
  }

  /**
   * To be made before its messages are claimed, or stored as SUBMITTING: a canary may have to try the way first, which takes
   * as long as a request. Where none comes through, nothing is sent in the attempt, see `heldBack`.
   */
  async newAttempt(): Promise<RunningAttempt> {
    const heldBack = this.isWayProven ? null : await this.tryTheWay();
    const lastsMs = this.options.http.timeoutMs + SETTLING_MS;
    return runAttempt({ token: newToken(), lastsMs }, this.clock, heldBack);
  }

  /**
   * Submits messages to different numbers, at most 300.
   *
   * @param releaseInMs when messages that were not accepted may be taken from the queue again; `null`: never
   * @returns how each ended, as far as that was this attempt's to find out; it stands in the store
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
    // What became of a canary, the circuit has been told.
    else if (attempt.heldBack === null) this.learnFrom(outcome, verdict, messages.length);
    const ends = await this.record(verdict, messages, attempt, releaseInMs);
    await failpoint('after-settle');
    return ends;
  }

  private async tryTheWay(): Promise<HeldBack | null> {
    if (this.circuit.isShut) return { kind: 'refused', code: this.circuit.reason ?? 'ERROR_SIGN' };
    this.canaryUnderWay ??= this.sendCanary().finally(() => (this.canaryUnderWay = null));
    return this.canaryUnderWay;
  }

  private async sendCanary(): Promise<HeldBack | null> {
    const heldBack = await this.client.tryTheWay();
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
      case 'settled':
        await this.persistently(() => this.store.settle(attempt.token, verdict.settlements));
        publishSettled(this.options.name, verdict.settlements);
        return verdict.settlements;
      case 'released':
        await this.release(messages, attempt, verdict.code, releaseInMs);
        return messages.map(({ customImsId }) => ({ customImsId, state: 'QUEUED', code: verdict.code, imsId: null }));
      case 'split':
        // Far enough in the future for the halves to be taken up here, and not lost if that fails.
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
      const claimed = await this.store.claimThese(ids, attempt);
      if (claimed.length > 0) ends.push(...(await this.submit(claimed, attempt, releaseInMs)));
    }
    return ends;
  }

  private request(messages: readonly ClaimedMessage[], attempt: RunningAttempt): Promise<SendOutcome> {
    const fence = () => closedBy(attempt, messages);
    const [first] = messages;
    if (first && messages.length === 1) return this.client.sendSingleIms(first, fence);
    if (first && isSameText(messages)) return this.client.sendBatchIms(first.content, messages, fence);
    return this.client.sendPersonalityIms(messages, fence);
  }

  private release(
    messages: readonly ClaimedMessage[],
    attempt: RunningAttempt,
    code: string,
    dueInMs: number | null,
  ): Promise<void> {
    return this.persistently(() =>
      this.store.release(
        attempt.token,
        messages.map(({ customImsId }) => ({ customImsId, code, dueInMs })),
      ),
    );
  }

  /** That is no fault of the gateway, so the circuit does not hear of it. */
  private logTooLate(code: string, count: number): void {
    this.logger.warn(
      `Request not sent (${code}): too much time has passed since its messages were claimed. They are QUEUED again. If ` +
        'frequent, look for a process that stands still, or a slow database.',
      { account: this.options.name, code, count },
    );
  }

  /** Each half of each request may come to this. */
  private logTooLarge(code: string): void {
    if (performance.now() < this.silentUntil) return;
    this.silentUntil = performance.now() + TOO_LARGE_TOLD_EVERY_MS;
    this.logger.warn(
      `A large request to nobody ended with ${printableCode(code)}, one of the usual size came through: a proxy spoils or refuses ` +
        'large ones. Messages are sent in smaller requests meanwhile. Look for its limits (body size, buffering, chunking).',
      { account: this.options.name, code },
    );
  }

  private learnFrom(outcome: SendOutcome, verdict: Verdict, size: number): void {
    switch (outcome.kind) {
      case 'accepted':
        // An answer that names none of the messages may be anybody's.
        if (verdict.kind === 'settled' && verdict.settlements.every(({ state }) => state !== 'ACCEPTED')) {
          return this.learnFailure('A request', 'unconfirmed', 'MISSING_ENTRY');
        }
        this.size.succeeded(size);
        return this.circuit.succeeded();
      case 'refused':
        if (verdict.kind === 'released') return this.learnFailure('A request', outcome.kind, outcome.code);
        this.circuit.succeeded();
        return this.logger.error(
          `The gateway refused a request with ${outcome.code}. ${ANSWER_CODES[outcome.code]?.advice ?? ''}`.trimEnd(),
          { account: this.options.name, outcome: outcome.kind, code: outcome.code },
        );
      default:
        return this.learnFailure('A request', outcome.kind, outcome.reason);
    }
  }

  private learnFailure(what: 'A request' | 'A canary', outcome: SendOutcome['kind'], reason: string): void {
    const kind = classifyAnswerCode(reason, this.options.protocol.answerCodes);
    const isDoubtful = kind === 'doubtful';
    if (isDoubtful && outcome === 'unconfirmed') this.size.doubted();
    // Who is only told to wait has been recognised.
    if (kind !== 'pace' && kind !== 'balance') this.client.canary.doubt();
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

  /** The claim of this attempt got no answer: what it may have taken has not been sent, and goes back into the queue. */
  async giveBack({ token }: Attempt): Promise<void> {
    await this.persistently(async () => {
      const customImsIds = await this.store.findByAttempt(token);
      const released = { code: 'CLAIM_UNANSWERED', dueInMs: 0 };
      await this.store.release(
        token,
        customImsIds.map((customImsId) => ({ customImsId, ...released })),
      );
    });
  }

  /** Tries for a while what fails because the database is away. */
  async persistently<T>(work: () => Promise<T>, limitMs = SETTLING_RETRY_MS): Promise<T> {
    const began = performance.now();
    for (let wait = 50; ; wait = Math.min(wait * 2, 1_000)) {
      try {
        return await work();
      } catch (error) {
        const limit = this.isHurried ? Math.min(limitMs, HURRIED_RETRY_MS) : limitMs;
        const isOver = performance.now() - began > limit;
        if (!(error instanceof EmayImsStoreError) || isOver) throw error;
        await pause(wait);
      }
    }
  }
}

function consequenceOf(what: 'A request' | 'A canary', outcome: SendOutcome['kind']): string {
  if (what === 'A canary') return 'no message was sent';
  return outcome === 'unconfirmed' ? 'its messages are UNCONFIRMED and are not resent' : 'its messages were not sent';
}
