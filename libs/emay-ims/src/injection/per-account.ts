import { Scope, type FactoryProvider } from '@nestjs/common';

/** What Nest injects a `Part` by: its class, or a symbol. */
export type Token<Part> = (abstract new (...given: never[]) => Part) | (symbol & { readonly part?: Part });

type Parts<Injected extends readonly unknown[]> = {
  [Index in keyof Injected]: Injected[Index] extends Token<infer Part> ? Part : never;
};

type Tokens<Given extends readonly unknown[]> = { readonly [Index in keyof Given]: Token<Given[Index]> };
type Class = new (...given: never[]) => unknown;

/**
 * A provider of which each account has one. Its scope is Nest's REQUEST, where an account stands for the request: one module wires
 * all accounts, imported and added, when their databases are open. See `AccountWiring`.
 *
 * @param useFactory default: the class is made of what is injected
 */
export function perAccount<Part extends Class>(
  provide: Part,
  inject: Tokens<Required<ConstructorParameters<Part>>>,
): FactoryProvider;
export function perAccount<Part, const Injected extends readonly unknown[]>(
  provide: Token<Part>,
  inject: Injected,
  useFactory: (...parts: Parts<Injected>) => Part,
): FactoryProvider;
export function perAccount(
  provide: Token<unknown>,
  inject: readonly unknown[],
  useFactory: (...parts: never[]) => unknown = (...parts) => new (provide as Class)(...parts),
): FactoryProvider {
  return {
    provide,
    scope: Scope.REQUEST,
    inject: inject as NonNullable<FactoryProvider['inject']>,
    useFactory: useFactory as FactoryProvider['useFactory'],
  };
}
