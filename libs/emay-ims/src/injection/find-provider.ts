import type { InjectionToken } from '@nestjs/common';
import { ModulesContainer, type ModuleRef } from '@nestjs/core';

/**
 * A provider of the application, wherever it is; `undefined` where there is none, `null` where it is still being made. It looks first:
 * Nest throws the same for what is not there as for much else, and does not export the class.
 *
 * @param isLike tells the tokens that will do where there is none of that one
 */
export function findProvider<Provided>(
  moduleRef: ModuleRef,
  token: InjectionToken<Provided>,
  isLike: (other: InjectionToken) => boolean = () => false,
): Provided | null | undefined {
  const modules = moduleRef.get(ModulesContainer, { strict: false });
  const tokens = new Set([...modules.values()].flatMap(({ providers }) => [...providers.keys()]));
  const found = tokens.has(token) ? token : [...tokens].find(isLike);
  if (found === undefined) return undefined;
  return moduleRef.get<Provided | null>(found as Parameters<ModuleRef['get']>[0], { strict: false });
}
