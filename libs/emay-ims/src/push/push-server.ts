import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RegisteredAccount } from '../accounts/account-registry.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { EmayImsError } from '../errors/emay-ims.error.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import { unseal, withoutOuterPacking } from '../protocol/index.js';
import type { PushedPages, UnreadPush } from '../reports/pushed-pages.js';
import { BodyBudget, type BodyShare } from './body-budget.js';
import { formField } from './form-field.js';
import type { ResolvedPushOptions } from './push-options.js';
import type { PushTarget, PushTargets } from './push-target.js';
import { readBody, type BodyFailure } from './read-body.js';
import { answer, refuse } from './push-answer.js';
import { StrangerLog } from './stranger-log.js';

/** The gateway is said to wait for a second. */
const ANSWER_WITHIN_MS = 950;
const REPORTS = 'reports';
/** A ciphertext hardly packs: what unpacks to more than twice its length and this is no push. */
const UNPACKED_MORE_BYTES = 64 * 1024;

const REFUSED: Readonly<Record<BodyFailure | 'UNKNOWN' | 'ADDRESS', { status: number; sentence: string }>> = {
  UNKNOWN: { status: 403, sentence: 'A push was refused: its header appId names no account, or its path no secret.' },
  ADDRESS: { status: 403, sentence: 'A push was refused: its address is not among allowedAddresses.' },
  TOO_LONG: { status: 413, sentence: 'A push was refused: its body is longer than maxBodyBytes.' },
  TOO_SLOW: { status: 408, sentence: 'A push was refused: its body took longer than bodyTimeoutMs.' },
  BUSY: { status: 503, sentence: 'A push was refused: too many come at a time.' },
  BROKEN: { status: 400, sentence: 'A push broke off.' },
  TAKEN: {
    status: 503,
    sentence:
      'A push cannot be read: something before this module has read its body. Add no middleware that reads bodies before the ' +
      'application is created, and on Fastify none for this path.',
  },
};

/**
 * Answers one push after the other.
 *
 * - `success` is written once the page is stored, or in a spool file; everything else has the gateway push it again.
 * - Who is not known is refused before the body is read. All pushes together take a bounded amount of memory.
 */
export class PushServer {
  private readonly logger = new GuardedLogger('EmayImsPush');
  private readonly strangers = new StrangerLog();
  private readonly budget = new BodyBudget();

  constructor(
    private readonly options: ResolvedPushOptions,
    private readonly targets: PushTargets,
  ) {}

  /** @param secret what stands behind the path; `''`: nothing */
  async serve(request: IncomingMessage, response: ServerResponse, secret: string): Promise<void> {
    const target = secret === '' ? this.targets.byAppId(request.headers.appid) : this.targets.bySecret(secret);
    if (!this.options.allowedAddresses.has(request.socket.remoteAddress)) {
      return this.refuse(request, response, 'ADDRESS');
    }
    if (target === null) return this.refuse(request, response, 'UNKNOWN');
    const share = this.budget.enter();
    if (share === null) return this.refuse(request, response, 'BUSY');
    try {
      await this.take(request, response, target, share);
    } finally {
      share.leave();
    }
  }

  private async take(
    request: IncomingMessage,
    response: ServerResponse,
    target: PushTarget,
    share: BodyShare,
  ): Promise<void> {
    const body = await readBody(request, response, share, this.options);
    if (typeof body === 'string') return this.refuse(request, response, body);
    const contentType = request.headers['content-type'] ?? null;
    if (target.form === 'sealed') {
      const asItCame = { body, contentType, isSealed: true };
      const most = Math.min(this.options.maxBodyBytes, 2 * body.length + UNPACKED_MORE_BYTES);
      const unpacked = withoutOuterPacking(body, most);
      for (const account of target.accounts) {
        const { secretKey } = account.options;
        const content = unseal(body, secretKey) ?? (unpacked && unseal(unpacked, secretKey));
        // The content type is the ciphertext's.
        if (content !== null) return this.keep(account, { content, contentType: null }, asItCame, response);
      }
      return this.keepUnreadable(target.accounts[0] as RegisteredAccount, asItCame, response);
    }
    const asItCame = { body, contentType, isSealed: false };
    const content = formField(body, REPORTS) ?? (isJson(body) ? body : null);
    if (content === null) return this.keepUnreadable(target.account, asItCame, response);
    return this.keep(target.account, { content, contentType: charsetOnly(contentType) }, asItCame, response);
  }

  /** Resolves when nothing of the push is in hand any more. A shutdown waits for that, and for what has been stored to be applied. */
  private keep(
    account: RegisteredAccount,
    { content, contentType }: { content: Buffer; contentType: string | null },
    asItCame: UnreadPush,
    response: ServerResponse,
  ): Promise<void> {
    return this.answering(response, (answered) =>
      this.with(account, async (pushes) => {
        const kept = await pushes.keep(content, contentType);
        if (kept === 'damaged') {
          this.tellUnreadable(account, asItCame);
          await pushes.keepUnreadable(asItCame).catch(() => undefined);
          return answered(400, 'not readable');
        }
        answered(200, this.options.successBody);
        if (kept === 'stored') this.apply(account);
      }).catch((error: unknown) => {
        answered(503, 'not stored');
        this.logger.error(`A push was not stored, and is to come again (${codeOf(error)}).`, {
          ...{ account: account.name, code: codeOf(error) },
        });
      }),
    );
  }

  /** Apart from the push, whose bytes are let go as soon as it is stored. */
  private apply(account: RegisteredAccount): void {
    const applying = this.with(account, (pushes) => pushes.apply());
    // The application is closing: what is stored waits for the next start.
    applying.catch(() => undefined);
  }

  private keepUnreadable(account: RegisteredAccount, push: UnreadPush, response: ServerResponse): Promise<void> {
    this.tellUnreadable(account, push);
    return this.answering(response, (answered) =>
      this.with(account, (pushes) => pushes.keepUnreadable(push))
        .catch(() => undefined) // It is a stranger's.
        .then(() => answered(400, 'not readable')),
    );
  }

  private tellUnreadable({ name }: RegisteredAccount, { isSealed }: UnreadPush): void {
    this.strangers.tell(
      isSealed
        ? 'A push cannot be deciphered with the secretKey of its account, or is damaged: it is kept, and can be tried again with ' +
            'retryReportPages() once the key is right.'
        : 'A push with the right secret has no form field `reports`: it is kept, and not read.',
      { code: isSealed ? 'UNDECIPHERABLE' : 'NO_REPORTS_FIELD', account: name },
    );
  }

  /** Answers in time, whether the work is done or not. */
  private answering(
    response: ServerResponse,
    work: (answered: (status: number, text: string) => void) => Promise<void>,
  ): Promise<void> {
    const answered = (status: number, text: string) => {
      clearTimeout(timer);
      answer(response, status, text);
    };
    const timer = setTimeout(() => answered(503, 'not stored in time'), ANSWER_WITHIN_MS);
    return work(answered);
  }

  /** `async`, so that what it throws at once becomes a rejection as well. */
  private async with<T>(account: RegisteredAccount, work: (pushes: PushedPages) => Promise<T>): Promise<T> {
    return account.service().perform(async ({ internals }) => {
      // An account in memory keeps nothing.
      if (internals === null) throw new EmayImsStoreError('NO_DATABASE');
      return work(internals.pushes);
    });
  }

  private refuse(request: IncomingMessage, response: ServerResponse, code: keyof typeof REFUSED): void {
    const { status, sentence } = REFUSED[code];
    this.strangers.tell(sentence, { code });
    refuse(request, response, status);
  }
}

function isJson(body: Buffer): boolean {
  return /^(?:\xef\xbb\xbf)?\s*\[/.test(body.toString('latin1', 0, 64));
}

/** Of a form its charset may be said, and that is all there is to know. */
function charsetOnly(contentType: string | null): string | null {
  return /charset=/i.test(contentType ?? '') ? contentType : null;
}

/** Of an error only its code: a message may quote a report. */
function codeOf(error: unknown): string {
  if (error instanceof EmayImsStoreError) return error.driverCode;
  return error instanceof EmayImsError ? error.code : 'UNKNOWN';
}
