import type { ModuleRef } from '@nestjs/core';
import { AccountRegistry } from './account-registry.js';
import type { EmayImsService } from '../emay-ims.service.js';
import { getEmayImsToken } from '../emay-ims.tokens.js';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';

/**
 * The service of an account, wherever in the application its module is imported, or that was added at run time.
 *
 * @throws EmayImsOptionsError where there is none of that name
 */
export function findAccount(moduleRef: ModuleRef, name: string): EmayImsService {
  const imported = () => orNull(() => moduleRef.get<EmayImsService>(getEmayImsToken(name), { strict: false }));
  const service = findRegistry(moduleRef)?.find(name)?.service() ?? imported();
  if (service) return service;
  throw new EmayImsOptionsError(
    `There is no account "${name}": import EmayImsModule.forRoot({ name: '${name}', … }), or name one that is imported.`,
  );
}

/** The accounts of the application; `null` in a unit test without the module. */
export function findRegistry(moduleRef: ModuleRef): AccountRegistry | null {
  return orNull(() => moduleRef.get(AccountRegistry, { strict: false }));
}

function orNull<T>(find: () => T): T | null {
  try {
    return find();
  } catch {
    return null;
  }
}
