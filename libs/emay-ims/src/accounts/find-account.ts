import type { ModuleRef } from '@nestjs/core';
import type { EmayImsService } from '../emay-ims.service.js';
import { getEmayImsToken } from '../emay-ims.tokens.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import { findProvider } from '../injection/find-provider.js';
import { AccountRegistry } from './account-registry.js';

/**
 * The service of an account, wherever in the application its module is imported, or that was added at run time.
 *
 * @throws EmayImsOptionsError where there is none of that name
 */
export function findAccount(moduleRef: ModuleRef, name: string): EmayImsService {
  const service =
    findRegistry(moduleRef)?.find(name)?.service() ?? findProvider<EmayImsService>(moduleRef, getEmayImsToken(name));
  if (service) return service;
  throw new EmayImsOptionsError(
    `There is no account "${name}": import EmayImsModule.forRoot({ name: '${name}', … }), or name one that is imported.`,
  );
}

/** The accounts of the application; `null` in a unit test without the module. */
export function findRegistry(moduleRef: ModuleRef): AccountRegistry | null {
  return findProvider(moduleRef, AccountRegistry) ?? null;
}
