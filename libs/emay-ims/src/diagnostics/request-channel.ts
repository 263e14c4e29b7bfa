import { tracingChannel } from 'node:diagnostics_channel';
import { printableCode, type GatewayCall } from '../protocol/index.js';

/** Name of the tracing channel around each call to the gateway: `tracingChannel('emay-ims:request')`. */
export const REQUEST_CHANNEL = 'emay-ims:request';

/**
 * How a call ended: a send as told by `SendOutcome`; `getIMSReport` with `answered`, as its answer is stored before
 * anybody reads it, or `unsent` or `unconfirmed`. A canary, a send of size 0, with `answered` where a gateway is there, else
 * as the messages behind it: `refused` or `unsent`.
 */
export type ImsRequestOutcome = 'accepted' | 'refused' | 'answered' | 'unsent' | 'unconfirmed';

/** One call to the gateway, as its subscribers see it. Holds no number, text, id, key or signature. */
export interface ImsRequestTrace {
  readonly account: string;
  /** The vendor's name of the call. */
  readonly call: GatewayCall;
  /** Messages in the request, 0 of a canary; of `getIMSReport`, the most reports asked for. */
  readonly size: number;
  /** The gateway's address tried last, `https://host:port`; `null` until one is. */
  origin: string | null;
  /** `null` until it has ended. */
  outcome: ImsRequestOutcome | null;
  /**
   * The gateway's code, Node's or ours: `SUCCESS`, `ERROR_SIGN`, `ECONNRESET`, `HTTP_502`, `TIMEOUT`; `UNLISTED` for what is
   * not spelled like a code. `null` until it has ended, and for `answered`.
   */
  code: string | null;
}

interface RequestEnd {
  kind: ImsRequestOutcome;
  code?: string;
  reason?: string;
}

type Within = <Result>(request: () => Result) => Result;

/** Of the process, as the channel is: a copy of this package may subscribe to the calls of another. */
const WITHIN = Symbol.for('emay-ims:request:within');
const NOTHING: Within = (request) => request();

/**
 * For who is told of a call by the channel's `start`: has its request made within something, such as the context of a span. A store bound to
 * the channel would do that only as long as Node calls the method of it that one overrides.
 */
export function makeRequestWithin(trace: ImsRequestTrace, within: Within): void {
  Object.assign(trace, { [WITHIN]: within });
}

const channel = tracingChannel<unknown, ImsRequestTrace>(REQUEST_CHANNEL);

/** Makes a call within the channel. Without subscribers it costs one look; the result, which holds numbers, stays here. */
export async function traceRequest<End extends RequestEnd>(
  trace: ImsRequestTrace,
  request: () => Promise<End>,
): Promise<End> {
  if (!channel.hasSubscribers) return request();
  let end: End | undefined;
  await channel.tracePromise(async () => {
    const { [WITHIN]: within = NOTHING } = trace as { [WITHIN]?: Within };
    end = await within(request);
    trace.outcome = end.kind;
    trace.code = codeOf(end);
  }, trace);
  return end as End;
}

function codeOf({ kind, code, reason }: RequestEnd): string | null {
  if (kind === 'accepted') return 'SUCCESS';
  const cause = code ?? reason;
  return cause === undefined ? null : printableCode(cause);
}
