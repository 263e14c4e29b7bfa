import { ConsoleError } from '../http/console-error.js';
import { logFailure, logWarning } from '../http/console-log.js';
import type { Exchange } from '../http/exchange.js';
import { readAccess, type AccessFunction, type ConsoleAccessContext, type Grant } from './access.js';
import { localAccess } from './local-access.js';

/** How long the host's function may take. */
const TIMEOUT_MS = 10_000;
const CLOSED =
  'The console is closed here: without the option `access` it opens on this machine only (loopback address and Host, no proxy, not in ' +
  'production). See the option `access`.';

/** Decides who may in, by the host's function. Whatever goes wrong is no access. */
export class AccessControl {
  constructor(private readonly access: AccessFunction | undefined) {}

  /**
   * Before the page's files, which hold no data: where nobody has said who may in, not even they are shown to others. With `access`, the page
   * comes first, so that it can ask for a key and say what is missing.
   */
  assertPageMayBeSeen(exchange: Exchange): void {
    if (this.access === undefined && localAccess(exchange) === 'deny') throw denied(CLOSED);
  }

  /** @throws ConsoleError where there is no access */
  async of(exchange: Exchange, account: string | null): Promise<Grant> {
    const grant = this.access ? await this.ask(this.access, exchange, account) : readAccess(localAccess(exchange));
    if (grant === null) throw denied(this.access ? 'You have no access to the console.' : CLOSED);
    return grant;
  }

  private async ask(access: AccessFunction, exchange: Exchange, account: string | null): Promise<Grant | null> {
    const { platformRequest, request, remoteAddress } = exchange;
    const context: ConsoleAccessContext = {
      request: platformRequest,
      headers: request.headers,
      remoteAddress,
      account,
    };
    const answer = await withinTime(async () => access(context)).catch((error: unknown) => {
      throw refusalFor(error);
    });
    try {
      return readAccess(answer);
    } catch (error) {
      logWarning(`Nobody has access to the console: what \`access\` returned ${(error as TypeError).message}.`);
      throw unavailable();
    }
  }
}

async function withinTime<T>(work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('too slow'), { code: 'TIMEOUT' })), TIMEOUT_MS);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** 401 and 403 of an `HttpException` are an answer; anything else is a failure of the function. */
function refusalFor(error: unknown): ConsoleError {
  const { getStatus } = Object(error) as { getStatus?: unknown };
  const status: unknown = typeof getStatus === 'function' ? getStatus.call(error) : null;
  if (status === 401) return new ConsoleError(401, 'UNAUTHENTICATED', 'Sign in, or show a key.');
  if (status === 403) return denied('You have no access to the console.');
  logFailure('Nobody has access to the console: `access` failed', error);
  return unavailable();
}

function denied(message: string): ConsoleError {
  return new ConsoleError(403, 'ACCESS_DENIED', message);
}

function unavailable(): ConsoleError {
  return new ConsoleError(503, 'ACCESS_UNAVAILABLE', 'Whether you have access cannot be told at present.', {
    retryAfterSeconds: 10,
  });
}
