import { Inject, type InjectionToken } from '@nestjs/common';
import { EmayImsService } from './emay-ims.service.js';
import { ImsMessage } from './messages/ims-message.entity.js';

export const DEFAULT_ACCOUNT = 'default';

/** The token of an account's `EmayImsService`; of the default account, the class itself. */
export function getEmayImsToken(name = DEFAULT_ACCOUNT): InjectionToken<EmayImsService> {
  return name === DEFAULT_ACCOUNT ? EmayImsService : `EmayImsService:${name}`;
}

/** Injects the `EmayImsService` of an account; default: the default account. */
export function InjectEmayIms(name = DEFAULT_ACCOUNT): PropertyDecorator & ParameterDecorator {
  return Inject(getEmayImsToken(name));
}

/**
 * The token of an account's `Repository<ImsMessage>`; of the default account, the one `@InjectRepository(ImsMessage)`
 * asks for. With the embedded SQLite file the repository can read, but not write.
 */
export function getEmayImsRepositoryToken(name = DEFAULT_ACCOUNT): InjectionToken {
  const token = `${ImsMessage.name}Repository`;
  return name === DEFAULT_ACCOUNT ? token : `${token}:${name}`;
}

/** Injects the `Repository<ImsMessage>` of an account; default: the default account. */
export function InjectEmayImsRepository(name = DEFAULT_ACCOUNT): PropertyDecorator & ParameterDecorator {
  return Inject(getEmayImsRepositoryToken(name));
}
