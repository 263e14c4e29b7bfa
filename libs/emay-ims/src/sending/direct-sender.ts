import {
  EmayImsConflictError,
  EmayImsRejectedError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
} from '../errors/emay-ims-errors.js';
import type { ImsDatabase } from '../database/ims-database.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import type { ClaimedMessage, MessageStore, NewMessage } from '../messages/message-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { ANSWER_CODES, classifyAnswerCode } from '../protocol/index.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import type { RunningAttempt } from './attempt-fence.js';
import { packRequests } from './request-packing.js';
import { conflictingIds, isSamePayload, type IdentifiedMessages } from '../messages/message-identity.js';
import type { Submitter } from './submitter.js';

/**
 * Sends at once, while the caller waits. Each message is stored as SUBMITTING before its request leaves, so a crash in
 * between leaves it UNCONFIRMED, never lost and never sent again.
 */
export class DirectSender {
  constructor(
    private readonly database: ImsDatabase,
    private readonly store: MessageStore,
    private readonly submitter: Submitter,
    private readonly circuit: AccountCircuit,
    private readonly options: ResolvedEmayImsOptions,
  ) {}

  /** Resolves once the gateway has accepted the message; every other ending is an error. See `EmayImsService.send`. */
  async send({ messages, givenIds }: IdentifiedMessages): Promise<ImsMessage> {
    const [message] = messages as [NewMessage];
    const { customImsId } = message;
    const attempt = this.submitter.newAttempt();
    const leaving = await this.assertMayGoNow(message);
    const known = givenIds.size > 0 ? await this.store.findOne(customImsId) : null;
    const takenUp = known && (await this.takeUp(known, message, attempt));
    if (takenUp) return this.finish(takenUp, attempt);
    if (this.circuit.isShut) throw this.rejected(customImsId, this.circuit.reason ?? 'ERROR_SIGN');
    await this.store.insertSubmitting([message], attempt);
    const stored = givenIds.size > 0 ? await this.store.findOne(customImsId) : null;
    // Somebody may have stored the same id between our look and our insert.
    const isOurs = stored === null || stored.attempt === attempt.token;
    return this.finish(isOurs ? { claimed: leaving } : await this.takeUp(stored, message, attempt), attempt);
  }

  /**
   * Sends any number of messages in as few requests as possible; how each ended stands in the store. Those that are for
   * later are queued.
   */
  async sendMany({ messages, givenIds }: IdentifiedMessages): Promise<ImsMessage[]> {
    const ids = messages.map(({ customImsId }) => customImsId);
    const known = new Map((await this.store.findByIds([...givenIds])).map((message) => [message.customImsId, message]));
    const conflicts = conflictingIds(messages, known);
    if (conflicts.length > 0) throw new EmayImsConflictError(conflicts);
    if (known.size > 0) await this.store.unhold([...known.keys()], this.database);

    const createdAt = await this.store.now();
    const fresh = messages.filter(({ customImsId }) => !known.has(customImsId));
    const later = fresh.filter((message) => problemWithNow(message, createdAt) !== null);
    if (later.length > 0) await this.store.insertQueued(later, createdAt, this.database);
    const now = fresh.filter((message) => problemWithNow(message, createdAt) === null);
    const requests = packRequests(now, this.options.dispatch.maxBatchSize);
    const failures: unknown[] = [];
    const worker = async () => {
      for (let request = requests.shift(); request && failures.length === 0; request = requests.shift()) {
        // While the account is refused the rest waits in the queue: not one request is spent on it.
        if (this.circuit.isShut) await this.store.insertQueued(request, createdAt, this.database);
        else await this.sendRequest(request, givenIds);
      }
    };
    // Told when all have ended: a caller who hears of a failure must not be sent for any more.
    const workers = Array.from({ length: Math.min(this.options.dispatch.concurrency, requests.length) }, () =>
      worker().catch((error: unknown) => void failures.push(error)),
    );
    await Promise.all(workers);
    if (failures.length > 0) throw failures[0];

    const stored = new Map((await this.store.findByIds(ids)).map((message) => [message.customImsId, message]));
    const late = conflictingIds(messages, stored);
    if (late.length > 0) throw new EmayImsConflictError(late);
    return ids.map((id) => stored.get(id) as ImsMessage);
  }

  private async assertMayGoNow(message: NewMessage): Promise<ClaimedMessage> {
    if (message.sendAt === null && message.expiresAt === null) return message;
    const now = await this.store.now();
    const problem = problemWithNow(message, now);
    if (problem !== null) throw new EmayImsValidationError([{ index: 0, ...problem }]);
    return leavingAt(now, message);
  }

  private async sendRequest(request: readonly NewMessage[], givenIds: ReadonlySet<string>): Promise<void> {
    const attempt = this.submitter.newAttempt();
    // Requests before this one may have taken long.
    const now = request.some(({ expiresAt }) => expiresAt !== null) ? await this.store.now() : null;
    await this.store.insertSubmitting(request, attempt);
    const contested = request.map(({ customImsId }) => customImsId).filter((id) => givenIds.has(id));
    const stored = await this.store.findByIds(contested);
    const theirs = new Set(stored.filter(({ attempt: by }) => by !== attempt.token).map((other) => other.customImsId));
    const ours = request.filter(({ customImsId }) => !theirs.has(customImsId));
    const leaving = now === null ? ours : ours.map((message) => leavingAt(now, message));
    if (leaving.length > 0) await this.submitter.submit(leaving, attempt, 0);
  }

  /** What a message already stored under the id means for the call: its result, or that the call has taken it over. */
  private async takeUp(known: ImsMessage, wanted: NewMessage, attempt: RunningAttempt): Promise<TakenUp> {
    if (!isSamePayload(known, wanted)) throw new EmayImsConflictError([known.customImsId]);
    if (known.state === 'QUEUED') {
      if (this.circuit.isShut) throw this.rejected(known.customImsId, this.circuit.reason ?? 'ERROR_SIGN');
      const [claimed] = await this.store.claimThese([known.customImsId], attempt);
      return claimed ? { claimed } : { stored: (await this.store.findOne(known.customImsId)) as ImsMessage };
    }
    return { stored: known };
  }

  private async finish(takenUp: TakenUp, attempt: RunningAttempt): Promise<ImsMessage> {
    return this.result('stored' in takenUp ? takenUp.stored : await this.submitOrDoubt(takenUp.claimed, attempt));
  }

  /** The message as it stands afterwards. Whatever the database does from here on, the request may have gone. */
  private async submitOrDoubt(message: ClaimedMessage, attempt: RunningAttempt): Promise<ImsMessage> {
    try {
      await this.submitter.submit([message], attempt, null);
      const stored = await this.store.findOne(message.customImsId);
      if (stored) return stored;
      throw new EmayImsUnconfirmedError(message.customImsId, 'PURGED');
    } catch (error) {
      if (error instanceof EmayImsStoreError) throw new EmayImsUnconfirmedError(message.customImsId, 'STORE_FAILED');
      throw error;
    }
  }

  /** The message if the gateway accepted it, however it fared afterwards; an error otherwise. */
  private result(message: ImsMessage): ImsMessage {
    const { customImsId, state, code, acceptedAt } = message;
    if (acceptedAt !== null) return message;
    switch (state) {
      case 'REJECTED':
        throw this.rejected(customImsId, code ?? 'UNKNOWN');
      case 'CANCELLED':
      case 'EXPIRED':
        throw new EmayImsConflictError([customImsId], `is ${state}; use a new customImsId to send the text after all`);
      case 'QUEUED':
        if (code !== null && classifyAnswerCode(code) !== 'unlisted') throw this.rejected(customImsId, code);
        throw new EmayImsUnsentError(customImsId, code ?? 'NOT_HANDED_OVER');
      default:
        throw new EmayImsUnconfirmedError(customImsId, code ?? 'ANOTHER_ATTEMPT_UNDER_WAY');
    }
  }

  private rejected(customImsId: string, code: string): EmayImsRejectedError {
    const kind = classifyAnswerCode(code);
    const retryable = kind === 'configuration' || kind === 'pace';
    return new EmayImsRejectedError(code, customImsId, retryable, ANSWER_CODES[code]?.advice ?? '');
  }
}

/** A message under its id: as it is stored, or claimed for this call. */
type TakenUp = { stored: ImsMessage } | { claimed: ClaimedMessage };

function leavingAt(now: Date, message: NewMessage): ClaimedMessage {
  const { expiresAt } = message;
  return { ...message, expiresInMs: expiresAt === null ? undefined : expiresAt.getTime() - now.getTime() };
}

/** What keeps a message from being sent at this moment, by the database's clock. */
function problemWithNow({ sendAt, expiresAt }: NewMessage, now: Date): { property: string; message: string } | null {
  if (sendAt !== null && sendAt > now) {
    return { property: 'sendAt', message: 'must not lie in the future: send sends now; enqueue the message instead' };
  }
  if (expiresAt !== null && expiresAt <= now) return { property: 'expiresAt', message: 'must lie in the future' };
  return null;
}
