import { GuardedLogger } from '../diagnostics/index.js';
import type { EmayImsClient, ReceivedPage } from '../client/index.js';
import { failpoint } from '../failpoints/failpoint.js';
import { printableCode, readToken } from '../protocol/index.js';
import type { ReportInbox } from './report-inbox.js';
import { isRefusal, isRefused, NO_REPORTS, type IngestedPage, type ReportIngestor } from './report-ingestor.js';

/** How one pull of a page ended. */
export interface PulledPage {
  /** What it brought; `null` where that is not known (yet). */
  page: IngestedPage | null;
  /** Whether the gateway has answered, and its answer is in the database or is not needed there. */
  isAnswered: boolean;
  /** Why no further page should be asked for; `null`: it may, also where there is a problem with this one. */
  stoppedBy: string | null;
}

/** An answer that hands nothing out, in the gateway's own spelling. Anything else is stored before it is read. */
const NOTHING_HANDED_OUT =
  /^\s*\{\s*"code"\s*:\s*"([A-Z][A-Z0-9_]{0,63})"\s*(?:,\s*"data"\s*:\s*(?:\[\s*\]|null|"")\s*)?\}\s*$/;
/** A body beside a code in the header that holds nothing. */
const NOTHING = /^\s*(?:\[\s*\]|\{\s*\}|null|"")?\s*$/;
const MAX_SHORT_LENGTH = 256;
/** What the gateway says to any failure of its own, one that repeats itself at each call included. */
const REFUSED = 'ERROR_PARAMS';
/** The gateway hands out the same page again and again, and none behind it. */
const REPEATED = 'REPEATED_PAGE';
/** So often in a row it is no accident: a page that failed on the way may be put back, and comes twice then. */
const MEANS_BLOCKED = 3;

/** Pulls one page: records the intent, asks, keeps what comes, has it applied. */
export class PagePuller {
  private readonly logger: GuardedLogger;
  private refusals = 0;
  /** The last page that held reports, and how often it has come in a row. */
  private lastPage: Buffer = Buffer.alloc(0);
  private repetitions = 0;

  constructor(
    private readonly client: EmayImsClient,
    private readonly inbox: ReportInbox,
    private readonly ingestor: ReportIngestor,
    private readonly account: string,
    /** Called once when the gateway turns out to refuse every call. */
    private readonly onBlocked: (reason: string) => void,
  ) {
    this.logger = GuardedLogger.of(account);
  }

  /**
   * The code with which the gateway has refused to hand out reports three times or more in a row; `REPEATED_PAGE`: it has
   * handed out the same ones as often; `null`: neither.
   */
  get blockedFor(): string | null {
    if (this.refusals >= MEANS_BLOCKED) return REFUSED;
    return this.repetitions >= MEANS_BLOCKED ? REPEATED : null;
  }

  async pull(number: number, lastsMs: number): Promise<PulledPage> {
    const id = await this.inbox.ask(number, lastsMs);
    await failpoint('before-pull');
    const end = await this.client.getImsReport(number);
    await failpoint('after-pull');
    const fields = { account: this.account, call: 'getIMSReport', outcome: end.kind };
    switch (end.kind) {
      case 'unsent':
        await this.inbox.forget(id);
        this.logger.warn(`Delivery reports could not be asked for: ${end.reason}.`, { ...fields, code: end.reason });
        return { page: null, isAnswered: false, stoppedBy: end.reason };
      case 'unconfirmed': {
        const { reason, page } = end;
        if (page !== null) return { ...(await this.keepAndApply(id, page, number, reason)), isAnswered: false };
        await this.inbox.lose(id, number);
        this.logger.error(
          `A page of delivery reports may be lost: the answer ended with ${reason}. Recorded as pull ${id}.`,
          { ...fields, code: reason, pull: id },
        );
        return { page: { ...NO_REPORTS, lost: number }, isAnswered: false, stoppedBy: reason };
      }
      case 'answered':
        return this.readAnswer(id, end, number);
    }
  }

  private async readAnswer(id: string, answer: ReceivedPage, number: number): Promise<PulledPage> {
    const code = codeOfNothing(answer) ?? '';
    if (code !== 'SUCCESS' && !isRefusal(code)) return this.keepAndApply(id, answer, number, null);
    await this.inbox.forget(id);
    if (code !== 'SUCCESS') return this.refused(id, code);
    this.refusals = 0;
    this.repetitions = 0;
    return { page: NO_REPORTS, isAnswered: true, stoppedBy: null };
  }

  private async keepAndApply(
    id: string,
    { body, contentType, contentEncoding, headerCode }: ReceivedPage,
    requested: number,
    cut: string | null,
  ): Promise<PulledPage> {
    const stored = { id, body, contentType, contentEncoding, headerCode, requested, cut, progress: 0 };
    if (!(await this.inbox.keep(stored))) return { page: null, isAnswered: false, stoppedBy: 'SPOOLED' };
    await failpoint('after-store-page');
    const page = await this.ingestor.ingest(stored);
    if (page === null) return { page, isAnswered: true, stoppedBy: cut };
    if (page.problem !== null && isRefused(stored, page)) return this.refused(id, page.problem);
    this.refusals = 0;
    if (page.problem !== null) this.logProblem(id, page);
    if (page.reports > 0 && this.countRepetitions(body, id) >= MEANS_BLOCKED) {
      return { page, isAnswered: true, stoppedBy: cut ?? REPEATED };
    }
    const isOfPageAlone = page.problem === 'CUT_SHORT' || page.problem === 'UNREADABLE';
    return { page, isAnswered: true, stoppedBy: cut ?? (isOfPageAlone ? null : page.problem) };
  }

  /** A listed code: the gateway handed nothing out. */
  private refused(pull: string, code: string): PulledPage {
    const fields = { account: this.account, call: 'getIMSReport', code, pull };
    this.refusals = code === REFUSED ? this.refusals + 1 : 0;
    this.logger.warn(`The gateway refused to hand out delivery reports: ${code}.`, fields);
    if (this.refusals === MEANS_BLOCKED) {
      this.logger.error(
        `The gateway answers every call for delivery reports with ${code}: one that it cannot print may be blocking its queue. ` +
          'No report comes until that is removed: ask Emay.',
        fields,
      );
      this.onBlocked(code);
    }
    return { page: NO_REPORTS, isAnswered: true, stoppedBy: code };
  }

  /** How often this page has come in a row, this time included. */
  private countRepetitions(body: Buffer, pull: string): number {
    this.repetitions = body.equals(this.lastPage) ? this.repetitions + 1 : 1;
    this.lastPage = body;
    if (this.repetitions === MEANS_BLOCKED) {
      this.logger.error(
        'The gateway hands out the same page of delivery reports again and again. It is applied; none behind it comes until the ' +
          'gateway lets go of it: ask Emay.',
        { account: this.account, call: 'getIMSReport', code: REPEATED, pull },
      );
      this.onBlocked(REPEATED);
    }
    return this.repetitions;
  }

  private logProblem(pull: string, { problem, lost, reports }: IngestedPage): void {
    const code = printableCode(problem as string);
    const fields = { account: this.account, call: 'getIMSReport', code, pull, reports, lost };
    if (lost === 0 && reports > 0) {
      this.logger.warn(
        `A page of delivery reports came with ${code}; all reports in it are applied (${reports}).`,
        fields,
      );
    } else if (lost > 0) {
      this.logger.error(
        `A page of delivery reports came in part (${code}): reports applied ${reports}, lost at most ${lost}. Recorded ` +
          `as pull ${pull}.`,
        fields,
      );
    } else {
      this.logger.error(`A page of delivery reports could not be read (${code}); it is kept as pull ${pull}.`, fields);
    }
  }
}

/** The code of an answer that provably hands nothing out; `null`: it may. */
function codeOfNothing({ body, headerCode }: ReceivedPage): string | null {
  if (body.length > MAX_SHORT_LENGTH) return null;
  const text = body.toString('latin1');
  return NOTHING.test(text) ? readToken(headerCode) : (NOTHING_HANDED_OUT.exec(text)?.[1] ?? null);
}
