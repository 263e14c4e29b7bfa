import type { AccountCircuit } from '../engine/account-circuit.js';
import {
  EmayImsConflictError,
  EmayImsQueuedError,
  EmayImsRejectedError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
} from '../errors/emay-ims-errors.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { mayHaveBeenAccepted } from '../messages/message-state.js';
import { isSamePayload, type IdentifiedMessages } from '../messages/message-identity.js';
import type { ClaimedMessage } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';
import type { MessageFinder } from '../message-store/message-finder.js';
import type { MessageQueue } from '../message-store/message-queue.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import {
  ANSWER_CODES,
  classifyAnswerCode,
  isHolding,
  type AnswerCodeKind,
  type AnswerCodeMeanings,
} from '../protocol/index.js';
import type { RunningAttempt } from './attempt-fence.js';
import { asClaimedAt, problemWithSendingNow } from './send-now.js';
import { CALLER_PATIENCE_MS, type LookUp, type Submitter } from './submitter.js';

/** The message under an id: as stored; or claimed for this call, with its release if it cannot be sent. */
type StoredOrClaimed = { stored: ImsMessage } | { claimed: ClaimedMessage; releaseInMs: number | null };

/** Released without a send time: on hold for its caller. */
const ON_HOLD = null;

/**
 * Direct send of one message. SUBMITTING is committed before the request, so after a crash the message is UNCONFIRMED: neither lost nor
 * resent.
 *
 * - A message that is not accepted is put on hold for its caller, never submitted in the background. One that an earlier call enqueued goes back
 *   to the queue, as that call promised.
 */
export class DirectSender {
  private readonly meanings: AnswerCodeMeanings;

  constructor(
    private readonly queue: MessageQueue,
    private readonly finder: MessageFinder,
    private readonly submitter: Submitter,
    private readonly circuit: AccountCircuit,
    { protocol }: ResolvedEmayImsOptions,
  ) {
    this.meanings = protocol.answerCodes;
  }

  /** Resolves once the gateway has accepted the message; any other outcome is an error. See `EmayImsService.send`. */
  async send({ messages, givenIds }: IdentifiedMessages): Promise<ImsMessage> {
    const [message] = messages as [NewMessage];
    const { customImsId } = message;
    const attempt = await this.submitter.newAttempt();
    const submittable = await this.assertSubmittableNow(message);
    const known = givenIds.size > 0 ? await this.finder.findOne(customImsId) : null;
    if (known) return this.finish(await this.claimStored(known, message, attempt), attempt);
    if (this.circuit.isAccountRefused) throw this.rejected(customImsId, this.refusal);
    const store = async (lookUp: LookUp) => {
      await this.queue.insertSubmitting([message], attempt);
      return givenIds.size > 0 ? lookUp(() => this.finder.findOne(customImsId)) : null;
    };
    const stored = await this.submitter.beforeRequest(attempt, ON_HOLD, store, CALLER_PATIENCE_MS);
    // Another call may have stored the same id between look-up and insert.
    const isOurs = stored === null || stored.attempt === attempt.token;
    const taken = isOurs
      ? { claimed: submittable, releaseInMs: ON_HOLD }
      : await this.claimStored(stored, message, attempt);
    return this.finish(taken, attempt);
  }

  private get refusal(): string {
    return this.circuit.reason ?? 'ERROR_SIGN';
  }

  private async assertSubmittableNow(message: NewMessage): Promise<ClaimedMessage> {
    if (message.sendAt === null && message.expiresAt === null) return message;
    const now = await this.queue.now();
    const problem = problemWithSendingNow(message, now);
    if (problem !== null) throw new EmayImsValidationError([{ index: 0, ...problem }]);
    return asClaimedAt(now, message);
  }

  /** A message already stored under the id: its result, or its claim for this call. */
  private async claimStored(known: ImsMessage, wanted: NewMessage, attempt: RunningAttempt): Promise<StoredOrClaimed> {
    const { customImsId, state, dueAt } = known;
    if (!isSamePayload(known, wanted)) throw new EmayImsConflictError([customImsId]);
    if (state !== 'QUEUED') return { stored: known };
    if (this.circuit.isAccountRefused) {
      throw dueAt === null
        ? this.rejected(customImsId, this.refusal)
        : new EmayImsQueuedError(customImsId, this.refusal);
    }
    const releaseInMs = dueAt === null ? ON_HOLD : await this.dueInMs(known);
    const claim = () => this.queue.claimThese([customImsId], attempt);
    const [claimed] = await this.submitter.beforeRequest(attempt, releaseInMs, claim, CALLER_PATIENCE_MS);
    return claimed
      ? { claimed, releaseInMs }
      : { stored: (await this.finder.findOne(customImsId)) ?? purged(customImsId) };
  }

  /** If an early send fails, the message waits for its send time again. */
  private async dueInMs({ sendAt }: ImsMessage): Promise<number> {
    return sendAt === null ? 0 : Math.max(0, sendAt.getTime() - (await this.queue.now()).getTime());
  }

  private async finish(taken: StoredOrClaimed, attempt: RunningAttempt): Promise<ImsMessage> {
    return this.result('stored' in taken ? taken.stored : await this.submit(taken.claimed, attempt, taken.releaseInMs));
  }

  /** The message after its request. From here on the request may have been sent, even if the database fails. */
  private async submit(
    message: ClaimedMessage,
    attempt: RunningAttempt,
    releaseInMs: number | null,
  ): Promise<ImsMessage> {
    try {
      await this.submitter.submit([message], attempt, releaseInMs);
      return (await this.finder.findOne(message.customImsId)) ?? purged(message.customImsId);
    } catch (error) {
      if (error instanceof EmayImsStoreError) throw new EmayImsUnconfirmedError(message.customImsId, 'STORE_FAILED');
      throw error;
    }
  }

  /** The message if the gateway accepted it, in whatever state since; otherwise throws. */
  private result(message: ImsMessage): ImsMessage {
    const { customImsId, state, code, acceptedAt, dueAt } = message;
    if (acceptedAt !== null) return message;
    switch (state) {
      case 'REJECTED':
        throw this.rejected(customImsId, code ?? 'UNKNOWN');
      case 'CANCELLED':
      case 'EXPIRED':
        throw new EmayImsConflictError(
          [customImsId],
          mayHaveBeenAccepted(message)
            ? `is ${state}, but an earlier attempt may have been sent; a new customImsId may send the text a second time`
            : `is ${state}; use a new customImsId to send the text after all`,
        );
      case 'QUEUED':
        if (dueAt !== null) throw new EmayImsQueuedError(customImsId, code ?? 'NOT_HANDED_OVER');
        if (code !== null && isHolding(this.kindOf(code))) throw this.rejected(customImsId, code);
        throw new EmayImsUnsentError(customImsId, code ?? 'UNKNOWN');
      default:
        throw new EmayImsUnconfirmedError(customImsId, code ?? 'ANOTHER_ATTEMPT_UNDER_WAY');
    }
  }

  private rejected(customImsId: string, code: string): EmayImsRejectedError {
    const advice = ANSWER_CODES[code]?.advice ?? '';
    return new EmayImsRejectedError(code, customImsId, isHolding(this.kindOf(code)), advice);
  }

  private kindOf(code: string): AnswerCodeKind {
    return classifyAnswerCode(code, this.meanings);
  }
}

function purged(customImsId: string): never {
  throw new EmayImsUnconfirmedError(customImsId, 'PURGED');
}
