import { Inject, type InjectionToken } from '@nestjs/common';
import type { AxiosInstance } from 'axios';
import { EmayImsClient } from './client/index.js';
import { EmayImsService } from './emay-ims.service.js';
import type { EmayImsEngine } from './engine/engine.js';
import { ImsMessage } from './messages/ims-message.entity.js';
import { EmayImsClock } from './time/clock.js';

export const DEFAULT_ACCOUNT = 'default';

/** The token of an account's `EmayImsService`; of the default account, the class itself. */
export function getEmayImsToken(name = DEFAULT_ACCOUNT): InjectionToken<EmayImsService> {
  return ofAccount('EmayImsService', name, EmayImsService);
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
  return ofAccount(`${ImsMessage.name}Repository`, name);
}

/** Injects the `Repository<ImsMessage>` of an account; default: the default account. */
export function InjectEmayImsRepository(name = DEFAULT_ACCOUNT): PropertyDecorator & ParameterDecorator {
  return Inject(getEmayImsRepositoryToken(name));
}

/** The token of an account's `EmayImsClient`; of the default account, the class itself. */
export function getEmayImsClientToken(name = DEFAULT_ACCOUNT): InjectionToken<EmayImsClient> {
  return ofAccount('EmayImsClient', name, EmayImsClient);
}

/**
 * The token of the axios instance that an account calls the gateway with, e.g. to add interceptors. What axios is usually configured
 * with does not apply: the module sends by an adapter of its own, follows no redirect and knows no proxy.
 */
export function getEmayImsHttpToken(name = DEFAULT_ACCOUNT): InjectionToken<AxiosInstance> {
  return ofAccount('EmayImsHttp', name);
}

/** The token of an account's `EmayImsEngine`. */
export function getEmayImsEngineToken(name = DEFAULT_ACCOUNT): InjectionToken<EmayImsEngine> {
  return ofAccount('EmayImsEngine', name);
}

/** The token of an account's `EmayImsClock`; of the default account, the class itself. */
export function getEmayImsClockToken(name = DEFAULT_ACCOUNT): InjectionToken<EmayImsClock> {
  return ofAccount('EmayImsClock', name, EmayImsClock);
}

/** Names are written out: bundlers shorten those of classes. */
function ofAccount<Provided>(
  name: string,
  account: string,
  ofDefault: InjectionToken<Provided> = name,
): InjectionToken<Provided> {
  return account === DEFAULT_ACCOUNT ? ofDefault : `${name}:${account}`;
}
