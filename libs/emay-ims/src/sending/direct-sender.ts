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
import { isSamePayload, type IdentifiedMessages } from '../messages/message-identity.js';
import type { ClaimedMessage } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';
import type { MessageStore } from '../message-store/message-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import {
  ANSWER_CODES,
  classifyAnswerCode,
  isHolding,
  type AnswerCodeKind,
  type AnswerCodeMeanings,
} from '../protocol/index.js';
import type { RunningAttempt } from './attempt-fence.js';
import { leavingAt, problemWithNow } from './leaving.js';
import type { Submitter } from './submitter.js';

/** A message under its id: as it is stored; or claimed for this call, and what becomes of it if it cannot be sent. */
type TakenUp = { stored: ImsMessage } | { claimed: ClaimedMessage; releaseInMs: number | null };

/** To be held for its caller. */
const HELD = null;

/**
 * Sends one message at once, while the caller waits. It is stored as SUBMITTING before its request leaves, so a crash in
 * between leaves it UNCONFIRMED, never lost and never sent again.
 *
 * - What is not accepted is held for its caller to try again, and never sent behind the caller's back. A message that was in
 *   the queue already goes back there: somebody was promised that it is sent.
 */
export class DirectSender {
  private readonly meanings: AnswerCodeMeanings;

  constructor(
    private readonly store: MessageStore,
    private readonly submitter: Submitter,
    private readonly circuit: AccountCircuit,
    { protocol }: ResolvedEmayImsOptions,
  ) {
    this.meanings = protocol.answerCodes;
  }

  /** Resolves once the gateway has accepted the message; every other ending is an error. See `EmayImsService.send`. */
  async send({ messages, givenIds }: IdentifiedMessages): Promise<ImsMessage> {
    const [message] = messages as [NewMessage];
    const { customImsId } = message;
    const attempt = await this.submitter.newAttempt();
    const leaving = await this.assertMayGoNow(message);
    const known = givenIds.size > 0 ? await this.store.findOne(customImsId) : null;
    if (known) return this.finish(await this.takeUp(known, message, attempt), attempt);
    if (this.circuit.isShut) throw this.rejected(customImsId, this.refusal);
    await this.store.insertSubmitting([message], attempt);
    const stored = givenIds.size > 0 ? await this.readAgain(customImsId) : null;
    // Somebody may have stored the same id between our look and our insert.
    const isOurs = stored === null || stored.attempt === attempt.token;
    const taken = isOurs ? { claimed: leaving, releaseInMs: HELD } : await this.takeUp(stored, message, attempt);
    return this.finish(taken, attempt);
  }

  private get refusal(): string {
    return this.circuit.reason ?? 'ERROR_SIGN';
  }

  private async assertMayGoNow(message: NewMessage): Promise<ClaimedMessage> {
    if (message.sendAt === null && message.expiresAt === null) return message;
    const now = await this.store.now();
    const problem = problemWithNow(message, now);
    if (problem !== null) throw new EmayImsValidationError([{ index: 0, ...problem }]);
    return leavingAt(now, message);
  }

  private async readAgain(customImsId: string): Promise<ImsMessage | null> {
    try {
      return await this.submitter.persistently(() => this.store.findOne(customImsId));
    } catch (error) {
      if (!(error instanceof EmayImsStoreError)) throw error;
      throw new EmayImsStoreError(error.driverCode, { mayBeStored: true });
    }
  }

  /** What a message already stored under the id means for the call: its result, or that the call has taken it over. */
  private async takeUp(known: ImsMessage, wanted: NewMessage, attempt: RunningAttempt): Promise<TakenUp> {
    const { customImsId, state, dueAt } = known;
    if (!isSamePayload(known, wanted)) throw new EmayImsConflictError([customImsId]);
    if (state !== 'QUEUED') return { stored: known };
    if (this.circuit.isShut) {
      throw dueAt === null
        ? this.rejected(customImsId, this.refusal)
        : new EmayImsQueuedError(customImsId, this.refusal);
    }
    const releaseInMs = dueAt === null ? HELD : await this.dueInMs(known);
    const [claimed] = await this.store.claimThese([customImsId], attempt);
    return claimed
      ? { claimed, releaseInMs }
      : { stored: (await this.store.findOne(customImsId)) ?? gone(customImsId) };
  }

  /** A message for later, sent early, is for later again if that fails. */
  private async dueInMs({ sendAt }: ImsMessage): Promise<number> {
    return sendAt === null ? 0 : Math.max(0, sendAt.getTime() - (await this.store.now()).getTime());
  }

  private async finish(taken: TakenUp, attempt: RunningAttempt): Promise<ImsMessage> {
    return this.result('stored' in taken ? taken.stored : await this.submit(taken.claimed, attempt, taken.releaseInMs));
  }

  /** The message as it stands afterwards. Whatever the database does from here on, the request may have gone. */
  private async submit(
    message: ClaimedMessage,
    attempt: RunningAttempt,
    releaseInMs: number | null,
  ): Promise<ImsMessage> {
    try {
      await this.submitter.submit([message], attempt, releaseInMs);
      return (await this.store.findOne(message.customImsId)) ?? gone(message.customImsId);
    } catch (error) {
      if (error instanceof EmayImsStoreError) throw new EmayImsUnconfirmedError(message.customImsId, 'STORE_FAILED');
      throw error;
    }
  }

  /** The message if the gateway accepted it, however it fared afterwards; an error otherwise. */
  private result(message: ImsMessage): ImsMessage {
    const { customImsId, state, code, acceptedAt, dueAt } = message;
    if (acceptedAt !== null) return message;
    switch (state) {
      case 'REJECTED':
        throw this.rejected(customImsId, code ?? 'UNKNOWN');
      case 'CANCELLED':
      case 'EXPIRED':
        throw new EmayImsConflictError([customImsId], `is ${state}; use a new customImsId to send the text after all`);
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

function gone(customImsId: string): never {
  throw new EmayImsUnconfirmedError(customImsId, 'PURGED');
}
