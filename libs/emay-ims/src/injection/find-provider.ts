import type { InjectionToken } from '@nestjs/common';
import { ModulesContainer, type ModuleRef } from '@nestjs/core';

/**
 * A provider of the application, wherever it is; `undefined` where there is none, `null` where it is still being made. It looks first:
 * Nest throws the same for what is not there as for much else, and does not export the class.
 */
export function findProvider<Provided>(
  moduleRef: ModuleRef,
  token: InjectionToken<Provided>,
): Provided | null | undefined {
  const name = token as Parameters<ModuleRef['get']>[0];
  const modules = moduleRef.get(ModulesContainer, { strict: false });
  const isThere = [...modules.values()].some(({ providers }) => providers.has(name));
  return isThere ? moduleRef.get<Provided | null>(name, { strict: false }) : undefined;
}
