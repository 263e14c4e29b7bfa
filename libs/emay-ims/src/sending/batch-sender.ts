import type { ImsDatabase } from '../database/ims-database.js';
import { GuardedLogger } from '../diagnostics/index.js';
import type { AccountCircuit } from '../engine/account-circuit.js';
import { EmayImsError } from '../errors/emay-ims.error.js';
import { EmayImsConflictError, EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { conflictingIds, type IdentifiedMessages } from '../messages/message-identity.js';
import type { NewMessage } from '../messages/new-message.js';
import type { MessageStore } from '../message-store/message-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { BatchLedger, type BatchEnd } from './batch-ledger.js';
import type { RunningAttempt } from './attempt-fence.js';
import { leavingAt, problemWithNow } from './leaving.js';
import { packRequests } from './request-packing.js';
import type { Submitter } from './submitter.js';

/** How long the caller of a batch waits for a database that was there a moment ago, to be told how its messages stand. */
const READING_BACK_MS = 5_000;

/**
 * Sends any number of messages at once, while the caller waits, in as few requests as possible; those that are for later are
 * queued.
 *
 * - Until something is stored, what goes wrong is thrown: the call can be made again.
 * - From then on a request may have left, so the call resolves, whatever happens, and says of each message how it ended. A
 *   failure ends it: what has not been stored by then is never sent.
 */
export class BatchSender {
  private readonly logger: GuardedLogger;

  constructor(
    private readonly database: ImsDatabase,
    private readonly store: MessageStore,
    private readonly submitter: Submitter,
    private readonly circuit: AccountCircuit,
    private readonly options: ResolvedEmayImsOptions,
  ) {
    this.logger = GuardedLogger.of(options.name);
  }

  async send({ messages, givenIds }: IdentifiedMessages): Promise<BatchEnd> {
    const known = await this.store.findByIds([...givenIds]);
    const ledger = new BatchLedger(this.options.name, messages, known);
    const conflicts = conflictingIds(messages, ledger.stored);
    if (conflicts.length > 0) throw new EmayImsConflictError(conflicts);
    if (known.length > 0) {
      await this.store.unhold(
        known.map(({ customImsId }) => customImsId),
        this.database,
      );
    }

    ledger.createdAt = await this.store.now();
    const fresh = messages.filter(({ customImsId }) => !ledger.stored.has(customImsId));
    const later = fresh.filter((message) => problemWithNow(message, ledger.createdAt) !== null);
    if (later.length > 0) await this.queue(later, ledger);
    const now = fresh.filter((message) => problemWithNow(message, ledger.createdAt) === null);
    await this.sendNow(packRequests(now, this.options.dispatch.maxBatchSize), givenIds, ledger);
    await this.readBack(ledger);
    return ledger.end();
  }

  private async sendNow(requests: NewMessage[][], givenIds: ReadonlySet<string>, ledger: BatchLedger): Promise<void> {
    const failures: unknown[] = [];
    let isHeldBack = false;
    const worker = async () => {
      for (let request = requests.shift(); request && failures.length === 0; request = requests.shift()) {
        // While the way is not proven the rest waits in the queue: not one request is spent on it.
        if (isHeldBack || this.mustWait) {
          await this.queue(request, ledger);
          continue;
        }
        const attempt = await this.submitter.newAttempt();
        isHeldBack ||= attempt.heldBack !== null;
        const { limit } = this.submitter.size;
        if (request.length > limit) requests.unshift(request.slice(limit));
        await this.sendRequest(request.slice(0, limit), attempt, givenIds, ledger);
      }
    };
    // Told when all have ended: a caller who hears of a failure must not be sent for any more.
    const workers = Array.from({ length: Math.min(this.options.dispatch.concurrency, requests.length) }, () =>
      worker().catch((error: unknown) => void failures.push(error)),
    );
    await Promise.all(workers);
    if (failures.length === 0) return;
    if (!ledger.hasBegun) throw failures.find(mayBeStored) ?? failures[0];
    this.logFailure(failures[0]);
  }

  /** The account is refused, or a request has just ended in a way that asks for care. */
  private get mustWait(): boolean {
    return this.circuit.isShut || (this.circuit.isPausing && this.submitter.size.isSmall);
  }

  private async sendRequest(
    request: readonly NewMessage[],
    attempt: RunningAttempt,
    givenIds: ReadonlySet<string>,
    ledger: BatchLedger,
  ): Promise<void> {
    // Requests before this one may have taken long.
    const now = request.some(({ expiresAt }) => expiresAt !== null) ? await this.store.now() : ledger.createdAt;
    await ledger.submitting(request, () => this.store.insertSubmitting(request, attempt));
    const contested = request.map(({ customImsId }) => customImsId).filter((id) => givenIds.has(id));
    const stored =
      contested.length === 0 ? [] : await this.submitter.persistently(() => this.store.findByIds(contested));
    const theirs = stored.filter(({ attempt: by }) => by !== attempt.token);
    ledger.read(theirs);
    const theirIds = new Set(theirs.map(({ customImsId }) => customImsId));
    const ours = request.filter(({ customImsId }) => !theirIds.has(customImsId));
    if (ours.length === 0) return;
    ledger.ended(
      await this.submitter.submit(
        ours.map((message) => leavingAt(now, message)),
        attempt,
        0,
      ),
    );
  }

  private queue(messages: readonly NewMessage[], ledger: BatchLedger): Promise<void> {
    return ledger.queueing(messages, () => this.store.insertQueued(messages, ledger.createdAt, this.database));
  }

  /** How all stand by now; where the database does not tell, what this process knows has to do. */
  private async readBack(ledger: BatchLedger): Promise<void> {
    try {
      const read = () => this.store.findByIds(ledger.storedIds);
      const absent = ledger.readBack(await this.submitter.persistently(read, READING_BACK_MS));
      if (absent.length > 0) await this.submitter.persistently(() => this.queue(absent, ledger), READING_BACK_MS);
    } catch (error) {
      this.logFailure(error);
    }
  }

  private logFailure(error: unknown): void {
    // Our own errors carry no data; of any other, only the name is safe to print.
    const what =
      error instanceof EmayImsError ? error.message : `${((error ?? {}) as Partial<Error>).name ?? 'Failure'}.`;
    this.logger.error(
      `Batch not finished: ${what} The result of the call says which messages were sent, and which were not.`,
      { account: this.options.name },
    );
  }
}

function mayBeStored(error: unknown): boolean {
  return error instanceof EmayImsStoreError && error.mayBeStored;
}
