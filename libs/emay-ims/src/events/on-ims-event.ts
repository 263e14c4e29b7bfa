import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import type { EmayImsEventFor, EmayImsEventPattern } from './event-pattern.js';

/** Which account’s events a method takes, and whether it must not miss one. */
export interface OnImsEventOptions {
  /** Name of the account whose events to take. Default: those of every account. */
  account?: string | undefined;
  /**
   * A name of the handler's own, at most 64 letters, digits, dots, dashes or underscores, never to be changed: each event is
   * recorded for it in the transaction that made it true, and the handler is called until it succeeds, also after a crash.
   * The same event may come more than once. Not for `account.*`. Default: called once, in the instance that did it.
   */
  durable?: string | undefined;
}

/** What a decorator has put down at its method. */
export interface OnImsEventMetadata {
  readonly patterns: readonly EmayImsEventPattern[];
  readonly options: OnImsEventOptions;
}

const METADATA = Symbol('OnImsEvent');

type Method = (...parameters: never[]) => unknown;

/**
 * Calls a method of a provider or controller with events, after the commit that made them true.
 *
 * ```ts
 * @OnImsEvent(['message.delivered', 'message.undeliverable'])
 * onResult({ customImsId, state }: ImsMessageEvent) { … }
 * ```
 *
 * @param patterns types, families such as `message.*`, or `*`
 * @throws EmayImsOptionsError at what is never called: a static method, or one that has a symbol for its name
 */
export function OnImsEvent<const Pattern extends EmayImsEventPattern>(
  patterns: Pattern | readonly Pattern[],
  options: OnImsEventOptions = {},
) {
  return <Handler extends (event: EmayImsEventFor<Pattern>) => unknown>(
    target: object,
    key: string | symbol,
    { value: method }: TypedPropertyDescriptor<Handler>,
  ): void => {
    if (typeof target === 'function') throw neverCalled(`${target.name}.${String(key)}`, 'it is static');
    if (typeof key === 'symbol')
      throw neverCalled(`${target.constructor.name}[${String(key)}]`, 'its name is a symbol');
    const metadata: OnImsEventMetadata = { patterns: [patterns].flat() as Pattern[], options };
    if (method) Reflect.defineMetadata(METADATA, [...metadataOf(method), metadata], method);
  };
}

function neverCalled(label: string, problem: string): EmayImsOptionsError {
  return new EmayImsOptionsError(
    `@OnImsEvent at ${label}: ${problem}, so Nest does not find it. Make it a method of the instance, with an ordinary name.`,
  );
}

/** What the decorators of a method say; nothing where it has none. */
export function metadataOf(method: Method): readonly OnImsEventMetadata[] {
  return (Reflect.getMetadata(METADATA, method) as OnImsEventMetadata[] | undefined) ?? [];
}
