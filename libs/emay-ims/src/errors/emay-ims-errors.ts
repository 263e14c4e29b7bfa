import { printableCode } from '../protocol/index.js';
import { EmayImsError } from './emay-ims.error.js';
import { cureOf } from './store-failure-cures.js';

/** An option of `forRoot`/`forRootAsync` is missing or wrong; the message lists each one and says what to write. */
export class EmayImsOptionsError extends EmayImsError {
  readonly code = 'EMAY_IMS_OPTIONS';
  readonly retryable = false;
}

/**
 * The call came before the application had started, and its account could not be opened in time. Nothing was stored and nothing
 * was sent.
 */
export class EmayImsNotReadyError extends EmayImsError {
  readonly code = 'EMAY_IMS_NOT_READY';
  readonly retryable = true;

  constructor(
    account: string,
    /** What it waits for. */
    why: string,
  ) {
    super(
      `The account "${account}" is not ready: ${why}. Nothing was stored and nothing was sent: await app.init() (or ` +
        'app.listen()) first, or make the call again. What the DataSource itself waits for must not wait for this call.',
    );
  }
}

/**
 * The account is closed: its application has shut down, or the account was removed. Nothing was done, except for an `enqueueStream` in
 * progress: what it reported by `onProgress` is stored.
 */
export class EmayImsClosedError extends EmayImsError {
  readonly code = 'EMAY_IMS_CLOSED';
  /** `false` where a part of a stream is stored: without ids of the caller's own, the same call would store it again. */
  readonly retryable: boolean;

  constructor(account: string, isPartlyStored = false) {
    super(
      `The account "${account}" is closed, as its application has shut down or the account was removed. ` +
        (isPartlyStored
          ? 'Only the chunks reported by onProgress are stored. Once the application has started again, continue after them, or repeat the ' +
            'call if each message has a customImsId.'
          : 'Nothing was stored and nothing was sent: make the call again once the application has started again, or in ' +
            'another instance.'),
    );
    this.retryable = !isPartlyStored;
  }
}

/** One thing that is wrong with the input. */
export interface ImsViolation {
  /** Position in the list that was given (0 for a message on its own), or -1 where it is not about one of several. */
  index: number;
  /** The offending field, e.g. `mobile`, `content`, `customImsId`. */
  property: string;
  /** What is wrong and what is expected. Never repeats the value. */
  message: string;
}

const VIOLATIONS_IN_MESSAGE = 5;

/** The input is not acceptable: every violation is listed by index; nothing was stored and nothing was sent. */
export class EmayImsValidationError extends EmayImsError {
  readonly code = 'EMAY_IMS_VALIDATION';
  readonly retryable = false;

  constructor(readonly violations: readonly ImsViolation[]) {
    const shown = violations
      .slice(0, VIOLATIONS_IN_MESSAGE)
      .map(({ index, property, message }) => `${index >= 0 ? `[${index}] ` : ''}${property}: ${message}`);
    const more = violations.length - shown.length;
    super(`The input was refused: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`);
  }
}

/** The `customImsId` already belongs to another message (other recipient or other text). */
export class EmayImsConflictError extends EmayImsError {
  readonly code = 'EMAY_IMS_CONFLICT';
  readonly retryable = false;

  constructor(
    customImsIds: readonly string[],
    why = 'already used for a message with another recipient or text; use a new customImsId for a new message',
  ) {
    super(`customImsId ${listOf(customImsIds)}: ${why}`, [...customImsIds]);
  }
}

/**
 * The gateway did not accept the message, by its answer code (vendor document §3).
 *
 * - `retryable: false`: the gateway refused the message itself. It is REJECTED and will not be sent.
 * - `retryable: true`: the gateway refuses the account or its pace; while the circuit is open for that, it is not asked. The message was not
 *   sent and is not sent in the background.
 */
export class EmayImsRejectedError extends EmayImsError {
  constructor(
    /** The vendor's code, e.g. `ERROR_MOBILE_ERROR`. */
    readonly code: string,
    readonly customImsId: string,
    readonly retryable: boolean,
    advice: string,
  ) {
    super(`Message ${customImsId} was not accepted: gateway code ${code}. ${advice}`, [customImsId]);
  }
}

/** No byte of the request reached the gateway. The message was not sent, and is not sent in the background. */
export class EmayImsUnsentError extends EmayImsError {
  readonly code = 'EMAY_IMS_UNSENT';
  readonly retryable = true;
  /** Why, e.g. `ECONNREFUSED`, `ATTEMPT_OVER`, `PAST_EXPIRY`; `UNLISTED` for what is not spelled like a code. */
  readonly reason: string;

  constructor(
    readonly customImsId: string,
    reason: string,
  ) {
    super(
      `Message ${customImsId} was not sent: no byte of it reached the gateway (${printableCode(reason)}). ` +
        (reason === 'PAST_EXPIRY'
          ? 'Use a new customImsId to send it after its expiresAt.'
          : 'Call send again with the same customImsId, or hand it to the background with enqueue.'),
      [customImsId],
    );
    this.reason = printableCode(reason);
  }
}

/**
 * `send` could not send the message. An earlier call enqueued it, so it stays in the queue, and the dispatcher submits it unless it expires
 * first.
 */
export class EmayImsQueuedError extends EmayImsError {
  readonly code = 'EMAY_IMS_QUEUED';
  readonly retryable = true;
  /** Why it was not sent now, e.g. `NOT_HANDED_OVER`, `ECONNREFUSED`, `ERROR_SIGN`; `UNLISTED` for what is not spelled like a code. */
  readonly reason: string;

  constructor(
    readonly customImsId: string,
    reason: string,
  ) {
    super(
      `Message ${customImsId} was not sent now (${printableCode(reason)}). It waits in the queue and is sent in the background, unless it ` +
        'expires first: do not send it under another id. See findOne(customImsId); cancel(customImsId) withdraws it.',
      [customImsId],
    );
    this.reason = printableCode(reason);
  }
}

/**
 * The request was sent, but no usable answer came back: the gateway may have accepted the message. It is stored as UNCONFIRMED and never
 * resent automatically. A delivery report decides, or `resolveUnconfirmed`.
 */
export class EmayImsUnconfirmedError extends EmayImsError {
  readonly code = 'EMAY_IMS_UNCONFIRMED';
  readonly retryable = false;
  /** Why, e.g. `TIMEOUT`, `UNREADABLE`, a code of the gateway's; `UNLISTED` for what is not spelled like a code. */
  readonly reason: string;

  constructor(
    readonly customImsId: string,
    reason: string,
  ) {
    super(
      `Message ${customImsId} may or may not have been accepted (${printableCode(reason)}). Do not send it again: ` +
        'its delivery report decides, or resolveUnconfirmed; see findOne(customImsId).',
      [customImsId],
    );
    this.reason = printableCode(reason);
  }
}

/** What a failure of the database means for the call. */
export interface StoreFailureDetails {
  /** The messages of the call. */
  customImsIds?: readonly string[];
  /** A write, or its COMMIT, got no answer: it may have taken effect. Default `false`: it has not. */
  mayBeStored?: boolean;
  /** The caller chose every id, so the same call finds what may be stored. Default `false`. */
  idsAreGiven?: boolean;
  /** It was part of a transaction of the host, and the database has ended that as a whole. Default `false`. */
  transactionIsOver?: boolean;
}

/**
 * The database failed. The driver's own message is left out, as it may quote numbers and texts.
 *
 * `retryable` unless messages may be stored under ids that the same call would not use again.
 */
export class EmayImsStoreError extends EmayImsError {
  readonly code = 'EMAY_IMS_STORE';
  readonly retryable: boolean;
  /** Whether what the call writes may be there although it failed: the answer to its COMMIT was lost. */
  readonly mayBeStored: boolean;
  /** Whether the host's transaction that the call joined is over: run the whole of it again. `retryable` is then `false`. */
  readonly transactionIsOver: boolean;

  constructor(
    /**
     * The driver's code, e.g. `23505`, `ER_LOCK_DEADLOCK`, `SQLITE_FULL`, `ECONNREFUSED`, or one of ours: `STATEMENT_TIMEOUT`,
     * `POOL_TIMEOUT`, `CONNECTION_LOST`, `CONNECTION_DESTROYED`, `DRIVER_TIMEOUT`.
     */
    readonly driverCode: string,
    {
      customImsIds = [],
      mayBeStored = false,
      idsAreGiven = false,
      transactionIsOver = false,
    }: StoreFailureDetails = {},
  ) {
    const advice = transactionIsOver ? TRANSACTION_IS_OVER : adviceFor(driverCode, customImsIds, mayBeStored);
    super(`Database error ${driverCode}. ${advice}`, [...customImsIds]);
    this.mayBeStored = mayBeStored;
    this.transactionIsOver = transactionIsOver;
    this.retryable = !transactionIsOver && (!mayBeStored || idsAreGiven);
  }
}

const TRANSACTION_IS_OVER =
  'It has ended your whole transaction: roll back and run it again from the start. Until then, write nothing with its ' +
  'manager: that would be committed by itself.';

function adviceFor(driverCode: string, customImsIds: readonly string[], mayBeStored: boolean): string {
  const cure = cureOf(driverCode);
  if (!mayBeStored) {
    return cure === null
      ? 'Repeat the call once the database is back; if it sends or stores messages, with the same customImsId.'
      : `${cure}, then repeat the call; if it sends or stores messages, with the same customImsId.`;
  }
  const which = customImsIds.length > 0 ? `messages ${listOf(customImsIds)}` : 'what it writes';
  return (
    `It did not say whether the call took effect: ${which} may be stored. ${cure === null ? '' : `${cure}. `}Look ` +
    'with findOne(customImsId), or repeat the call with the same ids: that is safe, with new ones it is not.'
  );
}

function listOf(customImsIds: readonly string[]): string {
  return `${customImsIds.slice(0, 5).join(', ')}${customImsIds.length > 5 ? ', …' : ''}`;
}
