import type { Exchange } from '../exchange/exchange.js';
import type { PushExchange, PushOutcome } from '../exchange/push-exchange.js';
import type { Answer } from '../wire/answer-code.js';
import type { CallName } from '../wire/call-name.js';
import { isJsonObject, type JsonObject } from '../wire/json.js';
import type { Transport } from '../wire/transport.js';

/** A field of a fault, as the check of orders, the page and the documents need it. */
export type FaultField = { readonly meaning: string; readonly required?: true | undefined } & (
  | {
      readonly type: 'integer';
      readonly min: number;
      readonly max?: number | undefined;
      readonly default?: number | undefined;
    }
  | {
      readonly type: 'text';
      readonly default?: string | undefined;
      /** Whether it goes out in an HTTP header, as the order says, and has to fit there. */
      readonly inHeader?: ((order: JsonObject) => boolean) | undefined;
    }
  | { readonly type: 'choice'; readonly choices: readonly (string | number)[]; readonly default: string | number }
);

/** Everything there is to know about one kind of fault. `Open` names the fields that may stay without a value. */
export interface FaultDefinition<F extends object, Open extends keyof F = never> {
  /** What the caller gets, as half a sentence. */
  readonly meaning: string;
  /** Whether the gateway acts on the request all the same; `choice`: as the fault's own `accept` says, default no. */
  readonly accepts: 'yes' | 'no' | 'choice';
  /** The calls that it makes sense for, and waits for unless told otherwise. Default: all four. */
  readonly calls?: readonly CallName[] | undefined;
  /** The one interface that it makes sense for. Default: both. */
  readonly transport?: Transport | undefined;
  /** What it meets: a request of a caller, a push of the gateway's own, or the port itself. Default: `request`. */
  readonly meets?: 'request' | 'push' | 'port' | undefined;
  readonly fields: { readonly [K in Exclude<keyof F, 'kind' | 'accept'>]-?: FaultField };
  /**
   * Plays it, with every default filled in. Calling `exchange.accept()` or not decides whether the gateway acts on the
   * request. Absent for a fault of the port itself, which no request lives to meet, and for one of a push.
   */
  readonly play?:
    ((exchange: Exchange, fault: Required<Omit<F, Open>> & Pick<F, Open>) => void | Promise<void>) | undefined;
  /** The same for a fault of a push. Resolves with what the gateway makes of it. */
  readonly playPush?:
    ((push: PushExchange, fault: Required<Omit<F, Open>> & Pick<F, Open>) => Promise<PushOutcome>) | undefined;
}

/** Shared by the faults that can strike on either side of the acceptance. */
export interface EitherSide {
  /** The gateway acts on the request all the same. Default: false. */
  readonly accept?: boolean | undefined;
}

export type Entry = JsonObject;

/** Changes the entries of a genuine answer. The one object of a single send counts as one entry. */
export function rewriteEntries(
  { code, data }: Answer,
  rewrite: (entries: readonly Entry[]) => readonly unknown[],
): Answer {
  if (Array.isArray(data)) return { code, data: rewrite(data.filter(isJsonObject)) };
  return isJsonObject(data) ? { code, data: rewrite([data])[0] ?? null } : { code };
}
