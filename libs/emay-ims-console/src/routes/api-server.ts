import type { AccessControl } from '../access/access-control.js';
import type { Grant } from '../access/access.js';
import { ReadBudget } from '../access/read-budget.js';
import type { ConsoleAction, ConsoleErrorCode } from '../api.js';
import { requestIdOf, sendError, sendJson } from '../http/answer.js';
import { ConsoleError } from '../http/console-error.js';
import { logFailure } from '../http/console-log.js';
import { answerTo } from '../http/error-answer.js';
import type { Exchange } from '../http/exchange.js';
import { readJsonBody } from '../http/json-body.js';
import { assertNotFromElsewhere, assertOwnPage } from '../http/same-origin.js';
import { setSecureHeaders } from '../http/secure-headers.js';
import { queryFields, readFields } from '../input/readers.js';
import { Mask } from '../masking/mask.js';
import type { EmayImsOperations } from '../operations.js';
import { ANSWERED, type ApiCall, type ApiRoute, type ConsoleParts } from './api-route.js';

interface LetIn {
  readonly account: string;
  /** What the caller may see, by what `access` answered to the request as it came: with this account, or with none. */
  readonly accounts: readonly string[];
  /** What `access` answered for this very account. */
  readonly grant: Grant;
  /** The request to ask for that again with. */
  readonly asked: Exchange;
}

/** Of one account: another may still be seen. */
const REFUSALS_OF_ONE: ReadonlySet<ConsoleErrorCode> = new Set(['ACCESS_DENIED', 'ACCOUNT_UNKNOWN']);

/**
 * Serves the API, every route in the same order: who asks from where, access, account, input, right, budget; then the route's own work, and
 * the mask over what it answers. A route adds nothing to this and can leave nothing of it out.
 */
export class ApiServer {
  private readonly budget = new ReadBudget();
  /** Whoever tries what they may not is written to the audit, but cannot fill it. */
  private readonly refusals = new ReadBudget();

  constructor(
    private readonly access: AccessControl,
    private readonly operations: EmayImsOperations,
    private readonly console: ConsoleParts,
  ) {}

  async serve(route: ApiRoute, exchange: Exchange): Promise<void> {
    const served = this.serveWhole(route, exchange);
    if (!route.isDownload) await served;
  }

  /** Never rejects. */
  private async serveWhole(route: ApiRoute, exchange: Exchange): Promise<void> {
    const { response, platformRequest } = exchange;
    const requestId = requestIdOf(platformRequest);
    try {
      setSecureHeaders(response);
      const answer = await this.answer(route, exchange);
      if (answer !== ANSWERED) sendJson(response, 200, answer);
    } catch (error) {
      const told = answerTo(error);
      if (told.cause !== undefined) logFailure(`The console could not serve request ${requestId}`, told.cause);
      sendError(response, told, requestId);
    }
  }

  private async answer(route: ApiRoute, exchange: Exchange): Promise<unknown> {
    const { request } = exchange;
    if (request.method !== route.method) throw new ConsoleError(404, 'NOT_FOUND', 'There is no such route.');
    if (route.method === 'POST') assertOwnPage(request, this.console.settings.trustedOrigins);
    else assertNotFromElsewhere(request);
    const { account: wanted = null, ...query } = queryFields(exchange.query, route.lists);
    const { account, accounts, grant, asked } = await this.letIn(route, exchange, wanted as string | null);
    const input = await this.readInput(route, exchange, query);
    const call: ApiCall<never> = {
      input,
      params: exchange.params,
      account,
      accounts,
      operations: this.operations.of(account),
      grant,
      mask: new Mask(grant),
      caller: grant.actor === null ? `@${exchange.callerAddress}` : `=${grant.actor}`,
      exchange,
      console: this.console,
      checkAccess: () => this.checkAgain(route, asked, account, grant),
    };
    await this.assertRight(route, call);
    const end = route.isCostly ? this.budget.begin(call.caller) : undefined;
    try {
      const answer = await route.handle(call);
      // What is revealed is what the mask hides.
      return answer === ANSWERED || route.right === 'reveal' ? answer : call.mask.whole(answer);
    } finally {
      end?.();
    }
  }

  private async letIn(route: ApiRoute, exchange: Exchange, wanted: string | null): Promise<LetIn> {
    const link = route.isDownload ? this.console.links.find(exchange.params.token) : null;
    const letIn = (asked: Exchange) => (wanted === null ? this.ofFirst(asked) : this.ofAccount(asked, wanted));
    try {
      return await letIn(exchange);
    } catch (error) {
      if (link === null || !(error instanceof ConsoleError) || error.code !== 'UNAUTHENTICATED') throw error;
      return letIn(link.askedBy);
    }
  }

  private async ofAccount(asked: Exchange, account: string): Promise<LetIn> {
    const grant = await this.access.of(asked, account);
    const accounts = this.accountsOf(grant);
    if (!accounts.includes(account)) throw unknownAccount();
    return { account, accounts, grant, asked };
  }

  /** Where the request names no account, it is the first that the caller may see. What they may is asked for with its name. */
  private async ofFirst(asked: Exchange): Promise<LetIn> {
    const accounts = this.accountsOf(await this.access.of(asked, null));
    let refusal = unknownAccount();
    for (const account of accounts) {
      try {
        return { ...(await this.ofAccount(asked, account)), accounts };
      } catch (error) {
        if (!(error instanceof ConsoleError) || !REFUSALS_OF_ONE.has(error.code)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  private async readInput(route: ApiRoute, exchange: Exchange, query: Record<string, unknown>): Promise<never> {
    if (route.method === 'GET') return readFields(query, route.input) as never;
    readFields(query, {});
    return readFields(await readJsonBody(exchange), route.input) as never;
  }

  /** Accounts that the console shows, the application has and the caller may see. */
  private accountsOf({ accounts }: Grant): string[] {
    const { accounts: shown } = this.console.settings;
    const there = this.operations.names();
    return there.filter((name) => (shown === 'all' || shown.includes(name)) && (accounts?.includes(name) ?? true));
  }

  private async assertRight(route: ApiRoute, call: ApiCall<never>): Promise<void> {
    if (route.right === null) return;
    const right = typeof route.right === 'function' ? await route.right(call) : route.right;
    const { actor, actions } = call.grant;
    if (actor !== null && actions.has(right)) return;
    if (actor !== null) await this.recordRefusal(call, actor, right);
    throw new ConsoleError(403, 'RIGHT_MISSING', `You may not do this: the right \`${right}\` is missing.`, { right });
  }

  private async recordRefusal(
    { operations, caller }: ApiCall<never>,
    actor: string,
    right: ConsoleAction,
  ): Promise<void> {
    try {
      this.refusals.once(caller);
      await operations.record({
        ...{ actor, action: 'refused', filter: { right }, items: 0, done: 0, skipped: 0, reason: null },
      });
    } catch (error) {
      if (!(error instanceof ConsoleError)) logFailure('A refusal could not be written to the audit', error);
    }
  }

  /** Of what lasts: the same person, and nothing less than at its beginning. */
  private async checkAgain(route: ApiRoute, exchange: Exchange, account: string, before: Grant): Promise<void> {
    const now = await this.access.of(exchange, account);
    const isSame =
      now.actor === before.actor &&
      this.accountsOf(now).includes(account) &&
      !(before.numbers === 'full' && now.numbers !== 'full') &&
      !(before.texts === 'full' && now.texts !== 'full') &&
      (typeof route.right !== 'string' || now.actions.has(route.right));
    if (!isSame) throw new ConsoleError(403, 'ACCESS_DENIED', 'Your access has changed.');
  }
}

/** One that is not shown is as unknown as one that there is not. */
function unknownAccount(): ConsoleError {
  return new ConsoleError(404, 'ACCOUNT_UNKNOWN', 'There is no such account here.', { field: 'account' });
}
