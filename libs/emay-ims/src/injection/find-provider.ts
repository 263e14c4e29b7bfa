import type { InjectionToken } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';

/**
 * A provider of the application, wherever it is; `undefined` where there is none, `null` where it is still being made. It looks first:
 * Nest throws the same for what is not there as for much else, and does not export the class.
 *
 * - Of several, as Nest injects: what the module of `seenFrom` imports, else that of a global module.
 *
 * @param isLike tells the tokens that will do where there is none of that one
 * @param seenFrom a provider of the module that it is for; default: it is for nobody in particular
 */
export function findProvider<Provided>(
  moduleRef: ModuleRef,
  token: InjectionToken<Provided>,
  isLike: (other: InjectionToken) => boolean = () => false,
  seenFrom?: InjectionToken,
): Provided | null | undefined {
  const modules = [...moduleRef.get(ModulesContainer, { strict: false }).values()];
  const tokens = new Set(modules.flatMap(({ providers }) => [...providers.keys()]));
  const found = tokens.has(token) ? token : [...tokens].find(isLike);
  if (found === undefined) return undefined;
  const imports = modules.find(({ providers }) => seenFrom !== undefined && providers.has(seenFrom))?.imports ?? [];
  const near = [...imports, ...modules.filter(({ isGlobal }) => isGlobal)].find(
    ({ providers, exports }) => providers.has(found) && exports.has(found),
  );
  const from = near ? (near.getProviderByKey(ModuleRef).instance as ModuleRef) : moduleRef;
  return from.get<Provided | null>(found as Parameters<ModuleRef['get']>[0], { strict: near !== undefined });
}
