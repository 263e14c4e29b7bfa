import { Scope, type FactoryProvider } from '@nestjs/common';

/** What Nest injects a `Part` by: its class, or a symbol. */
export type Token<Part> = (abstract new (...given: never[]) => Part) | (symbol & { readonly part?: Part });

type Parts<Tokens extends readonly unknown[]> = {
  [Index in keyof Tokens]: Tokens[Index] extends Token<infer Part> ? Part : never;
};

/**
 * A provider of which each account has one. Its scope is Nest's REQUEST, where an account stands for the request: one module wires
 * all accounts, imported and added, when their databases are open. See `AccountWiring`.
 */
export function perAccount<Part, const Tokens extends readonly unknown[]>(
  provide: Token<Part>,
  inject: Tokens,
  useFactory: (...parts: Parts<Tokens>) => Part,
): FactoryProvider {
  return {
    provide,
    scope: Scope.REQUEST,
    inject: inject as unknown as NonNullable<FactoryProvider['inject']>,
    useFactory: useFactory as FactoryProvider['useFactory'],
  };
}
