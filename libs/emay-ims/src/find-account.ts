import type { ModuleRef } from '@nestjs/core';
import type { EmayImsService } from './emay-ims.service.js';
import { getEmayImsToken } from './emay-ims.tokens.js';
import { EmayImsOptionsError } from './errors/emay-ims-errors.js';

/**
 * The service of an account, wherever in the application its module is imported.
 *
 * @throws EmayImsOptionsError where there is none of that name
 */
export function findAccount(moduleRef: ModuleRef, name: string): EmayImsService {
  try {
    return moduleRef.get<EmayImsService>(getEmayImsToken(name), { strict: false });
  } catch {
    throw new EmayImsOptionsError(
      `There is no account "${name}": import EmayImsModule.forRoot({ name: '${name}', … }), or name one that is imported.`,
    );
  }
}
