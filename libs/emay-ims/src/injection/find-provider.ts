import type { InjectionToken } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';

/**
 * A provider of the application, wherever it is; `undefined` where there is none, `null` where it is still being made. It looks first:
 * Nest throws the same for what is not there as for much else, and does not export the class.
 *
 * - Of several, that of a global module, as Nest would inject it to most.
 *
 * @param isLike tells the tokens that will do where there is none of that one
 */
export function findProvider<Provided>(
  moduleRef: ModuleRef,
  token: InjectionToken<Provided>,
  isLike: (other: InjectionToken) => boolean = () => false,
): Provided | null | undefined {
  const modules = [...moduleRef.get(ModulesContainer, { strict: false }).values()];
  const tokens = new Set(modules.flatMap(({ providers }) => [...providers.keys()]));
  const found = tokens.has(token) ? token : [...tokens].find(isLike);
  if (found === undefined) return undefined;
  const ofAll = modules.find((module) => module.isGlobal && module.providers.has(found) && module.exports.has(found));
  const from = ofAll ? (ofAll.getProviderByKey(ModuleRef).instance as ModuleRef) : moduleRef;
  return from.get<Provided | null>(found as Parameters<ModuleRef['get']>[0], { strict: ofAll !== undefined });
}
