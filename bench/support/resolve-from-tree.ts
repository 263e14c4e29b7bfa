import type { InitializeHook, ResolveHook } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const BENCH = new URL('..', import.meta.url).href;
let there = '';

export const initialize: InitializeHook<string> = (tree) => {
  there = pathToFileURL(join(tree, 'package.json')).href;
};

/** What a script of the benchmark imports by a package's name is looked for in the other tree. */
export const resolve: ResolveHook = (specifier, context, next) => {
  const isPackage = !/^(\.|\/|\w+:)/.test(specifier) && context.parentURL?.startsWith(BENCH);
  return next(specifier, isPackage ? { ...context, parentURL: there } : context);
};
