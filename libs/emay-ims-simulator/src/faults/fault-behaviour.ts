import type { Exchange } from '../http/exchange.js';
import type { Answer } from '../wire/answer-code.js';
import { isJsonObject, type JsonObject } from '../wire/json.js';

/** Plays one kind of fault. Calling `exchange.accept()` or not decides whether the gateway acts on the request. */
export type FaultBehaviour<F> = (exchange: Exchange, fault: F) => void | Promise<void>;

/** Shared by the faults that can strike on either side of the acceptance. */
export interface EitherSide {
  /** The gateway acts on the request all the same. Default: false. */
  readonly accept?: boolean;
}

export type Entry = JsonObject;

/** Changes the entries of a genuine answer. The one object of a single send counts as one entry. */
export function rewriteEntries(
  { code, data }: Answer,
  rewrite: (entries: readonly Entry[]) => readonly Entry[],
): Answer {
  if (Array.isArray(data)) return { code, data: rewrite(data.filter(isJsonObject)) };
  return isJsonObject(data) ? { code, data: rewrite([data])[0] ?? null } : { code };
}
