import type { Provider } from '@nestjs/common';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import type {
  EmayImsAsyncOptions,
  EmayImsModuleAsyncOptions,
  EmayImsOptionsFactory,
  ResolvedEmayImsOptions,
} from './module-options.js';
import { resolveOptions } from './resolve-options.js';

/** The account's options, validated. */
export const RESOLVED_OPTIONS = Symbol('EmayImsModule options');

/** Providers that make the options of `forRootAsync`. */
export function asyncOptionsProviders({
  name,
  inject = [],
  useFactory,
  useClass,
  useExisting,
}: EmayImsModuleAsyncOptions): Provider[] {
  const resolve = (made: EmayImsAsyncOptions): ResolvedEmayImsOptions => {
    if (typeof made !== 'object' || made === null) {
      throw new EmayImsOptionsError('EmayImsModule cannot start: the options factory returned no options object.');
    }
    return resolveOptions({ ...made, name });
  };
  if (useFactory) {
    return [
      { provide: RESOLVED_OPTIONS, inject, useFactory: async (...injected) => resolve(await useFactory(...injected)) },
    ];
  }
  const factory = useClass ?? useExisting;
  if (!factory) {
    throw new EmayImsOptionsError('EmayImsModule.forRootAsync needs useFactory, useClass or useExisting.');
  }
  return [
    ...(useClass ? [useClass] : []),
    {
      provide: RESOLVED_OPTIONS,
      inject: [factory],
      useFactory: async (made: EmayImsOptionsFactory) => resolve(await made.createEmayImsOptions()),
    },
  ];
}
