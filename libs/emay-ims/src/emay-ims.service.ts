import type { Observable } from 'rxjs';
import { NO_ACCOUNT, type AccountSource } from './account/account-source.js';
import type { EmayImsAccount } from './account/emay-ims.account.js';
import type { EnqueueOptions, Page, TransactionOptions } from './dto/call-options.js';
import { expandBatch, listOf } from './dto/expand-batch.js';
import type { FindImsDto } from './dto/find-ims.dto.js';
import { MessageReader, readMessages, type OnInvalid } from './dto/read-messages.js';
import { readQuery } from './dto/read-query.js';
import type { SendImsBatchDto, SendPersonalizedImsDto } from './dto/send-ims-batch.dto.js';
import type { SendImsDto } from './dto/send-ims.dto.js';
import { EmayImsClosedError, EmayImsStoreError, EmayImsValidationError } from './errors/emay-ims-errors.js';
import type { EmayImsEvent } from './events/emay-ims-event.js';
import type { ImsMessage } from './messages/ims-message.entity.js';
import type { ImsStats } from './figures/figures.js';
import type { IdentifiedMessages } from './messages/message-identity.js';
import type { ImsMessageState } from './messages/message-state.js';
import { encodeCursor } from './messages/page-cursor.js';
import type { ImsAccountPulse } from './operator/account-pulse.js';
import type { ImsAccountStatus } from './operator/account-status.js';
import type { ImsResolution } from './operator/ims-resolution.entity.js';
import type { ResolveUnconfirmedDto } from './operator/resolve-unconfirmed.dto.js';
import type { ImsKeptPage } from './reports/kept-pages.js';
import type { ReportPullResult } from './reports/poll-series.js';
import type { ImsPurgeResult } from './retention/retention.js';
import { batchResult, type ImsBatchResult } from './sending/batch-result.js';
import { withMessageId, withMessageIds } from './sending/message-ids-in-errors.js';
import { enqueueFrom, type EnqueueStreamOptions, type EnqueueSummary } from './sending/stream.js';

/**
 * Sends international SMS of one account and tells what became of them.
 *
 * - Once a call has resolved, its messages are in the database and survive any crash.
 * - No message is ever handed to the gateway twice by the program; `customImsId` makes calls repeatable.
 * - May be called from a constructor's factory on: the first call opens the account. What is queued before the application has
 *   started is sent then.
 * - Every call rejects with `EmayImsNotReadyError` where the account cannot be opened in time, and with `EmayImsClosedError`
 *   once it is closed.
 */
export class EmayImsService {
  /**
   * What happens to this account's messages, in this instance, from now on; told after the commit that made it true. Completes
   * when the application closes. For more ways to listen, see `OnImsEvent`.
   */
  readonly events$: Observable<EmayImsEvent>;

  /** @internal */
  constructor(private readonly source: AccountSource = NO_ACCOUNT) {
    this.events$ = source.events$;
  }

  /**
   * Sends one message now and resolves once the gateway has accepted it.
   *
   * @throws EmayImsValidationError nothing stored, nothing sent
   * @throws EmayImsConflictError the id belongs to another message
   * @throws EmayImsRejectedError the gateway refused it; `retryable` where the account was refused, not the message
   * @throws EmayImsUnsentError no byte of it reached the gateway: not sent, and not sent by itself either; call again with
   *   the same `customImsId`
   * @throws EmayImsQueuedError an earlier call put it into the queue, and there it still is: the background sends it, unless it
   *   expires first
   * @throws EmayImsUnconfirmedError it may have been accepted; do not send it again
   * @throws EmayImsStoreError not sent
   */
  async send(message: SendImsDto): Promise<ImsMessage> {
    return this.call((account) => {
      const read = readFor(account, [message]);
      return withMessageIds(read, account.directSender.send(read));
    });
  }

  /**
   * Sends the same text to any number of recipients now (§2.2), split into requests of at most 300. Once one of them may have
   * left, it resolves, whatever happens: what could not be sent is in `unsent`.
   *
   * @throws EmayImsValidationError nothing stored, nothing sent
   * @throws EmayImsConflictError an id belongs to another message: nothing stored, nothing sent
   * @throws EmayImsStoreError nothing sent
   */
  async sendBatch(
    batch: SendImsBatchDto,
    options: { onInvalid?: OnInvalid | undefined } = {},
  ): Promise<ImsBatchResult> {
    return this.sendNow(() => expandBatch(batch), options.onInvalid);
  }

  /** The same for messages with a text each (§2.3). */
  async sendPersonalized(
    batch: SendPersonalizedImsDto,
    options: { onInvalid?: OnInvalid | undefined } = {},
  ): Promise<ImsBatchResult> {
    return this.sendNow(() => listOf(batch?.messages, 'messages'), options.onInvalid);
  }

  /**
   * Stores messages, all or none, to be sent in the background; resolves once they are safe.
   *
   * @returns the stored messages in the order given; for an id that was there already with the same recipient and text,
   *   the first message
   * @throws EmayImsValidationError, EmayImsConflictError: nothing was stored
   * @throws EmayImsStoreError nothing was stored, unless it says `mayBeStored`: then the database did not answer. The same
   *   call with `customImsIds`, the ids of this one, is safe
   */
  async enqueue(messages: SendImsDto[], options: EnqueueOptions = {}): Promise<ImsMessage[]> {
    return this.call(async (account) => {
      const manager = account.transactions.toJoin(options.manager);
      const read = readFor(account, messages, options.onInvalid);
      const stored = await withMessageIds(read, account.enqueuer.enqueue(read, manager));
      // Inside a caller's transaction there is nothing to see yet: its commit tells of it (`database.notifyJoined`), or nobody.
      if (!manager && stored.some(isReady)) account.jobs.wakeDispatcher();
      return stored;
    });
  }

  /**
   * Stores messages from a source of any size, chunk by chunk, in flat memory; in a transaction that it joins, all with its commit.
   *
   * @throws EmayImsValidationError, EmayImsConflictError, EmayImsStoreError as `enqueue`, about one chunk: those before it are
   *   stored
   */
  async enqueueStream(
    source: AsyncIterable<SendImsDto> | Iterable<SendImsDto>,
    options: EnqueueStreamOptions & TransactionOptions = {},
  ): Promise<EnqueueSummary> {
    return this.onAccount(async (account) => {
      const manager = account.transactions.toJoin(options.manager);
      const { maxContentLength } = account.options.protocol;
      let isPartlyStored = false;
      const target = {
        newChunk: () => new MessageReader(maxContentLength),
        store: async (messages: IdentifiedMessages) => {
          const stored = await duringCall(
            account,
            () => withMessageIds(messages, account.enqueuer.store(messages, manager)),
            isPartlyStored,
          );
          if (manager) return;
          isPartlyStored = true;
          if (stored.isReady) account.jobs.wakeDispatcher();
        },
      };
      return account.work.during(
        'stream',
        () => enqueueFrom(source, options, target),
        () => new EmayImsClosedError(account.options.name),
      );
    });
  }

  /** The recipients of one text as the messages they become; for `enqueue` and `enqueueStream`. */
  expandBatch(batch: SendImsBatchDto): SendImsDto[] {
    return expandBatch(batch);
  }

  /** The message of this id, or `null`. */
  async findOne(customImsId: string): Promise<ImsMessage | null> {
    return this.call(({ finder }) => withMessageId(customImsId, finder.findOne(customImsId)));
  }

  /** Messages by state, number or time, newest first, page by page. */
  async find(filter: FindImsDto = {}): Promise<Page<ImsMessage>> {
    return this.call(async ({ finder }) => {
      const query = readQuery(filter);
      const items = await finder.find({ ...query, limit: query.limit + 1 });
      const page = items.slice(0, query.limit);
      const last = page.at(-1);
      return { items: page, nextCursor: items.length > query.limit && last ? encodeCursor(last) : null };
    });
  }

  /**
   * How many messages stand in each state; every state is listed. From 20,000 messages on, as they were last counted in the background: see
   * `statsAsOf`.
   */
  async stats(): Promise<Record<ImsMessageState, number>> {
    return (await this.statsAsOf()).counts;
  }

  /**
   * The same, and when they were counted, by the clock of the database; `null`: just now. What is older was counted earlier: messages whose
   * state changes at some age are counted within an eighth of that age.
   */
  async statsAsOf(): Promise<ImsStats> {
    return this.call(({ figures }) => figures.totals());
  }

  /**
   * Withdraws a message that is still QUEUED; `false` where it is too late, or there is none. In a transaction that it joins: with
   * its commit, and until then nobody sends it.
   */
  async cancel(customImsId: string, { manager }: TransactionOptions = {}): Promise<boolean> {
    return this.call(({ queue, transactions }) =>
      withMessageId(customImsId, queue.cancel(customImsId, transactions.toJoin(manager))),
    );
  }

  /**
   * Pulls and applies the delivery reports that wait at the gateway now, outside the schedule (§2.4).
   *
   * @param options `limit`: most reports to fetch, 1 or more; default: all that wait. A call during a pull gets that pull's
   *   result, whatever its limit.
   * @throws EmayImsValidationError for a limit that is none; nothing is fetched
   */
  async pullReports({ limit = Infinity }: { limit?: number | undefined } = {}): Promise<ReportPullResult> {
    return this.call(({ poller }) => {
      if (limit !== Infinity && !(Number.isInteger(limit) && limit >= 1)) {
        throw new EmayImsValidationError([{ index: -1, property: 'limit', message: 'must be a whole number from 1' }]);
      }
      return poller.pull(limit);
    });
  }

  /** Pages of delivery reports that wait for a person: they could not be applied, stored or read. At most 1,000. */
  async reportPages(): Promise<ImsKeptPage[]> {
    return this.call(({ pages }) => pages.list());
  }

  /**
   * Has such pages tried again by the next pull, one or all of them. One alone may also be the page of reports that are quarantined
   * (`batch_id` of `emay_ims_report`), even if the rest of it was applied: those that can be read now are applied, and quarantined no more.
   *
   * @returns how many
   * @throws EmayImsValidationError where there is none with this id
   */
  async retryReportPages({ pullId = null }: { pullId?: string | null | undefined } = {}): Promise<number> {
    return this.call(({ pages }) => pages.retry(pullId));
  }

  /**
   * Deletes such a page for good: whatever reports are in it are gone.
   *
   * @throws EmayImsValidationError where there is none with this id
   */
  async discardReportPage(pullId: string): Promise<void> {
    await this.call(({ pages }) => pages.discard(pullId));
  }

  /**
   * Ends the doubt about an UNCONFIRMED message by a person's decision, kept with who, when and why.
   *
   * @throws EmayImsConflictError where the message is not UNCONFIRMED (any more)
   */
  async resolveUnconfirmed(customImsId: string, decision: ResolveUnconfirmedDto): Promise<ImsMessage> {
    return this.call(async (account) => {
      await withMessageId(customImsId, account.resolver.resolve(customImsId, decision));
      if (decision.decision === 'resend') account.jobs.wakeDispatcher();
      return (await withMessageId(customImsId, account.finder.findOne(customImsId))) as ImsMessage;
    });
  }

  /** The decisions taken about a message, oldest first. */
  async resolutions(customImsId: string): Promise<ImsResolution[]> {
    return this.call(({ resolver }) => withMessageId(customImsId, resolver.history(customImsId)));
  }

  /**
   * Whether the account sends and pulls: circuit, oldest message that is due, last good pull, lease. Two short statements, however
   * much is queued and kept: may be asked every second.
   */
  async pulse(): Promise<ImsAccountPulse> {
    return this.call(({ statusReader }) => statusReader.pulse());
  }

  /**
   * The pulse, and what waits for somebody to look at it: doubts, possible losses, orphans, failed events. These are counted: the
   * more there are, the longer it takes.
   */
  async status(): Promise<ImsAccountStatus> {
    return this.call(({ statusReader }) => statusReader.status());
  }

  /**
   * Has durable event handlers called anew with the events that they failed at until they were given up (`failedEvents`
   * of `status()`), all of them or one handler's.
   *
   * @returns how many
   */
  async retryFailedEvents({ handler = null }: { handler?: string | null | undefined } = {}): Promise<number> {
    return this.call(({ deliveries }) => deliveries.retryFailed(handler));
  }

  /**
   * Deletes what has been over for so many days: final messages, report pages, orphaned reports, FAILED events; in small steps, beside
   * the traffic. Never what is queued, on its way, UNCONFIRMED or UNKNOWN. For the schedule, see the option `retention`.
   * An id is forgotten with its message: it no longer keeps a call from sending twice.
   *
   * @throws EmayImsOptionsError for a number of days that is none
   */
  async purge({ olderThanDays }: { olderThanDays: number }): Promise<ImsPurgeResult> {
    return this.call(({ retention }) => retention.purge(olderThanDays));
  }

  private async sendNow(wanted: () => SendImsDto[], onInvalid?: OnInvalid): Promise<ImsBatchResult> {
    return this.call(async (account) => {
      const read = readFor(account, wanted(), onInvalid);
      const end = await withMessageIds(read, account.batchSender.send(read));
      const result = batchResult(end, read.violations);
      if (result.queued.some(isReady)) account.jobs.wakeDispatcher();
      return result;
    });
  }

  /** @internal A call of another entry point of this package. */
  perform<T>(work: (account: EmayImsAccount) => Promise<T>): Promise<T> {
    return this.call(work);
  }

  /** A call that a shutdown waits for. @throws EmayImsClosedError after it */
  private call<T>(work: (account: EmayImsAccount) => Promise<T>): Promise<T> {
    // `async`, so that what it throws at once becomes a rejection as well.
    return this.onAccount((account) => duringCall(account, async () => work(account))).catch(tellOfText);
  }

  private async onAccount<T>(work: (account: EmayImsAccount) => Promise<T>): Promise<T> {
    const opened = this.source.opened();
    // At once where it is open: a shutdown that begins in the same breath waits for the call.
    return work(opened instanceof Promise ? await opened : opened);
  }
}

/** Whether the dispatcher has something to do now, and not only at some later time. */
function isReady({ state, sendAt, createdAt }: ImsMessage): boolean {
  return state === 'QUEUED' && (sendAt === null || sendAt <= createdAt);
}

const NUL_IN_TEXT = '22021';

/** PostgreSQL takes no text with NUL, whatever it is for: no database that cannot be used, and no call to repeat. */
function tellOfText(error: unknown): never {
  if (!(error instanceof EmayImsStoreError) || error.driverCode !== NUL_IN_TEXT) throw error;
  const message = 'an id or a text of the call contains NUL (U+0000): nothing that is stored does';
  throw new EmayImsValidationError([{ index: -1, property: 'text', message }]);
}

/** @param isPartlyStored it goes on with something of which a part is stored */
function duringCall<T>({ work, options }: EmayImsAccount, call: () => Promise<T>, isPartlyStored = false): Promise<T> {
  return work.during('call', call, () => new EmayImsClosedError(options.name, isPartlyStored));
}

function readFor({ options }: EmayImsAccount, messages: SendImsDto[], onInvalid?: OnInvalid) {
  return readMessages(messages, options.protocol.maxContentLength, onInvalid);
}
