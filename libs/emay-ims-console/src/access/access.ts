import type { IncomingHttpHeaders } from 'node:http';
import { CONSOLE_ACTIONS, type ConsoleAction } from '../api.js';

/** What the host's function is asked with. */
export interface ConsoleAccessContext<Request = unknown> {
  /**
   * The request as Express or Fastify has it, after the host's guards: what they have put there, such as `user`, is on it. Of a live
   * stream, the one that opened it: `access` is asked again with it every minute, so let it look up what may have ended.
   */
  request: Request;
  headers: IncomingHttpHeaders;
  /** Of the socket: a proxy's, behind one. */
  remoteAddress: string | undefined;
  /**
   * The account that is asked for. `null`: the request names none; what is answered then says which accounts there are to see, and `access` is
   * asked again with the first of them, or the next one that it does not deny.
   */
  account: string | null;
}

/**
 * What somebody may see and do.
 *
 * - `deny`: nothing.
 * - `read-only`: everything but numbers and texts: numbers are masked, texts hidden; no action.
 * - An object: by name, as it says.
 */
export type Access = 'deny' | 'read-only' | ConsoleOperator;

/** Somebody by name. */
export interface ConsoleOperator {
  /** Who it is, for the audit and as `decidedBy`: 1 to 128 characters. */
  actor: string;
  /** What they may do; `[]`: only read. All there are: `CONSOLE_ACTIONS`. */
  actions: readonly ConsoleAction[];
  /** `masked`: three digits in front and two at the end, e.g. `+614******00`; search by the whole number only. */
  numbers: 'full' | 'masked';
  /** `hidden`: no text of a message, nor anything that may quote one. */
  texts: 'full' | 'hidden';
  /** Of the console's accounts, those they may see. Default: all. */
  accounts?: readonly string[] | undefined;
}

/** @throws whatever: a request is then refused with 503, or with 401 or 403 where it is an `HttpException` of that status */
export type AccessFunction<Request = any> = (context: ConsoleAccessContext<Request>) => Access | Promise<Access>; // oxlint-disable-line typescript/no-explicit-any -- the host names its platform's request

/** An `Access` that has been checked. */
export interface Grant {
  readonly actor: string | null;
  readonly actions: ReadonlySet<ConsoleAction>;
  readonly numbers: 'full' | 'masked';
  readonly texts: 'full' | 'hidden';
  /** `null`: all of the console. */
  readonly accounts: readonly string[] | null;
}

const MAX_ACTOR_LENGTH = 128;

const READ_ONLY: Grant = { actor: null, actions: new Set(), numbers: 'masked', texts: 'hidden', accounts: null };

/**
 * What was answered, checked to the last field: whatever is not understood is no access.
 *
 * @returns `null`: denied
 * @throws TypeError saying what is wrong with the answer
 */
export function readAccess(access: unknown): Grant | null {
  if (access === 'deny') return null;
  if (access === 'read-only') return READ_ONLY;
  if (typeof access !== 'object' || access === null)
    throw new TypeError("is neither 'deny', 'read-only' nor an object");
  const { actor, actions, numbers, texts, accounts } = access as Record<string, unknown>;
  if (typeof actor !== 'string' || actor.trim() === '' || actor.length > MAX_ACTOR_LENGTH) {
    throw new TypeError(`has no \`actor\` of 1 to ${MAX_ACTOR_LENGTH} characters`);
  }
  if (!isListOf(actions, (action) => (CONSOLE_ACTIONS as readonly unknown[]).includes(action))) {
    throw new TypeError('has `actions` that there are not: see CONSOLE_ACTIONS');
  }
  if (numbers !== 'full' && numbers !== 'masked') throw new TypeError("has `numbers` other than 'full' and 'masked'");
  if (texts !== 'full' && texts !== 'hidden') throw new TypeError("has `texts` other than 'full' and 'hidden'");
  if (accounts !== undefined && !isListOf(accounts, (account) => typeof account === 'string')) {
    throw new TypeError('has `accounts` that are no list of names');
  }
  return {
    actor,
    actions: new Set(actions as ConsoleAction[]),
    numbers,
    texts,
    accounts: accounts === undefined ? null : [...(accounts as string[])],
  };
}

function isListOf(list: unknown, isFit: (item: unknown) => boolean): list is unknown[] {
  return Array.isArray(list) && list.every(isFit);
}
