import { GuardedLogger } from '../diagnostics/index.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import { EmayImsError } from '../errors/emay-ims.error.js';
import { EmayImsConflictError, EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { ImsMessage } from '../messages/ims-message.entity.js';
import { conflictingIds, type IdentifiedMessages } from '../messages/message-identity.js';
import type { NewMessage } from '../messages/new-message.js';
import type { MessageFinder } from '../message-store/message-finder.js';
import type { MessageQueue } from '../message-store/message-queue.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { BatchLedger, type BatchEnd } from './batch-ledger.js';
import type { RunningAttempt } from './attempt-fence.js';
import { asClaimedAt, problemWithSendingNow } from './send-now.js';
import { packRequests } from './request-packing.js';
import { CALLER_PATIENCE_MS, type LookUp, type Submitter } from './submitter.js';

/**
 * Submits any number of messages directly, in as few requests as possible; those with a later send time are enqueued.
 *
 * - Before anything is stored, failures are thrown: the call can be repeated.
 * - Afterwards a request may have been sent, so the call always resolves, with the result of each message. A failure stops it: what is not
 *   stored by then is never sent.
 */
export class BatchSender {
  private readonly logger: GuardedLogger;

  constructor(
    private readonly queue: MessageQueue,
    private readonly finder: MessageFinder,
    private readonly submitter: Submitter,
    private readonly circuit: AccountCircuit,
    private readonly options: ResolvedEmayImsOptions,
  ) {
    this.logger = GuardedLogger.of(options.name);
  }

  async send({ messages, givenIds }: IdentifiedMessages): Promise<BatchEnd> {
    const known = await this.findAndUnhold(messages, givenIds);
    const createdAt = await this.queue.now();
    const ledger = new BatchLedger(this.options.name, messages, known, createdAt);
    const fresh = messages.filter(({ customImsId }) => !known.has(customImsId));
    const isForLater = (message: NewMessage) => problemWithSendingNow(message, createdAt) !== null;
    const later = fresh.filter(isForLater);
    const now = fresh.filter((message) => !isForLater(message));

    if (later.length > 0) await this.enqueue(later, ledger);
    await this.sendAll(packRequests(now, this.options.dispatch.maxBatchSize), givenIds, ledger);
    await this.readBack(ledger);
    return ledger.end();
  }

  /** Messages already stored under the given ids. Those on hold are made ready for the dispatcher. */
  private async findAndUnhold(
    messages: readonly NewMessage[],
    givenIds: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, ImsMessage>> {
    const found = await this.finder.findByIds([...givenIds]);
    const known = new Map(found.map((message) => [message.customImsId, message]));
    const conflicts = conflictingIds(messages, known);
    if (conflicts.length > 0) throw new EmayImsConflictError(conflicts);
    if (known.size > 0) await this.queue.unhold([...known.keys()]);
    return known;
  }

  /** Resolves when all requests have ended: after a failure is reported, nothing more may be sent. */
  private async sendAll(requests: NewMessage[][], givenIds: ReadonlySet<string>, ledger: BatchLedger): Promise<void> {
    const failures: unknown[] = [];
    let isHeldBack = false;
    const sendNext = async (request: NewMessage[]) => {
      // While no address is proven, the rest waits in the queue: no request is spent on it.
      if (isHeldBack || this.mustWait) return this.enqueue(request, ledger);
      const attempt = await this.submitter.newAttempt();
      isHeldBack ||= attempt.heldBack !== null;
      const { limit } = this.submitter.size;
      if (request.length > limit) requests.unshift(request.slice(limit));
      return this.sendRequest(request.slice(0, limit), attempt, givenIds, ledger);
    };
    const work = async () => {
      for (let request = requests.shift(); request && failures.length === 0; request = requests.shift()) {
        await sendNext(request).catch((error: unknown) => void failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.options.dispatch.concurrency, requests.length) }, work));
    if (failures.length === 0) return;
    if (!ledger.isAnythingStored) throw failures.find(mayBeStored) ?? failures[0];
    this.logFailure(failures[0]);
  }

  /** The account is refused, or the circuit backs off while requests have to stay small. */
  private get mustWait(): boolean {
    return this.circuit.isAccountRefused || (this.circuit.isBackingOff && this.submitter.size.isSmall);
  }

  private async sendRequest(
    request: readonly NewMessage[],
    attempt: RunningAttempt,
    givenIds: ReadonlySet<string>,
    ledger: BatchLedger,
  ): Promise<void> {
    // Earlier requests may have taken long.
    const now = request.some(({ expiresAt }) => expiresAt !== null) ? await this.queue.now() : ledger.createdAt;
    const store = async (lookUp: LookUp) => {
      await ledger.storeSubmitting(request, () => this.queue.insertSubmitting(request, attempt));
      return this.findTakenByOthers(request, attempt, givenIds, lookUp);
    };
    const theirs = await this.submitter.beforeRequest(attempt, 0, store, CALLER_PATIENCE_MS);
    ledger.recordStored(theirs);
    const theirIds = new Set(theirs.map(({ customImsId }) => customImsId));
    const ours = request.filter(({ customImsId }) => !theirIds.has(customImsId));
    if (ours.length === 0) return;
    const submittable = ours.map((message) => asClaimedAt(now, message));
    ledger.recordEnds(await this.submitter.submit(submittable, attempt, 0));
  }

  /** Messages under given ids that another call has stored since the look-up. */
  private async findTakenByOthers(
    request: readonly NewMessage[],
    attempt: RunningAttempt,
    givenIds: ReadonlySet<string>,
    lookUp: LookUp,
  ): Promise<ImsMessage[]> {
    const contested = request.map(({ customImsId }) => customImsId).filter((id) => givenIds.has(id));
    if (contested.length === 0) return [];
    const stored = await lookUp(() => this.finder.findByIds(contested));
    return stored.filter(({ attempt: by }) => by !== attempt.token);
  }

  private enqueue(messages: readonly NewMessage[], ledger: BatchLedger): Promise<void> {
    return ledger.storeQueued(messages, () => this.queue.insertQueued(messages, ledger.createdAt));
  }

  /** Reads the current states; if the database fails, the ledger's knowledge has to do. */
  private async readBack(ledger: BatchLedger): Promise<void> {
    try {
      const find = () => this.finder.findByIds(ledger.storedIds);
      const lost = ledger.reconcile(await this.submitter.retryOnStoreError(find, CALLER_PATIENCE_MS));
      if (lost.length > 0) await this.submitter.retryOnStoreError(() => this.enqueue(lost, ledger), CALLER_PATIENCE_MS);
    } catch (error) {
      this.logFailure(error);
    }
  }

  private logFailure(error: unknown): void {
    // Only our own errors are known to carry no data.
    const what =
      error instanceof EmayImsError ? error.message : `${((error ?? {}) as Partial<Error>).name ?? 'Failure'}.`;
    this.logger.error(`Batch not finished: ${what} The result of the call lists which messages were sent.`, {
      account: this.options.name,
    });
  }
}

function mayBeStored(error: unknown): boolean {
  return error instanceof EmayImsStoreError && error.mayBeStored;
}
