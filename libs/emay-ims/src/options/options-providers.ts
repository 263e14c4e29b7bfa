import type { Provider } from '@nestjs/common';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import type { Token } from '../injection/per-account.js';
import type {
  EmayImsAsyncOptions,
  EmayImsModuleAsyncOptions,
  EmayImsModuleOptions,
  EmayImsOptionsFactory,
  ResolvedEmayImsOptions,
} from './module-options.js';
import { resolveOptions } from './resolve-options.js';

/** The account's options, validated. */
export const RESOLVED_OPTIONS: Token<ResolvedEmayImsOptions> = Symbol('EmayImsModule options');

const WAYS = ['useFactory', 'useClass', 'useExisting'] as const;
const KNOWN_KEYS: readonly string[] = ['name', 'isGlobal', 'providers', 'imports', 'inject', ...WAYS];

/**
 * Providers that make the options of `forRootAsync`.
 *
 * @throws EmayImsOptionsError for what is wrong before anything is made
 */
export function asyncOptionsProviders(options: EmayImsModuleAsyncOptions): Provider[] {
  assertOneWay(options);
  const { name, isGlobal, inject = [], useFactory, useClass, useExisting } = options;
  const resolve = (made: EmayImsAsyncOptions): ResolvedEmayImsOptions => {
    assertNothingTooLate(made, options);
    return resolveOptions({ ...made, name, isGlobal });
  };
  if (useFactory) {
    return [
      { provide: RESOLVED_OPTIONS, inject, useFactory: async (...injected) => resolve(await useFactory(...injected)) },
    ];
  }
  return [
    ...(useClass ? [useClass] : []),
    {
      provide: RESOLVED_OPTIONS,
      inject: [(useClass ?? useExisting) as NonNullable<typeof useExisting>],
      useFactory: async (factory: EmayImsOptionsFactory) => resolve(await factory.createEmayImsOptions()),
    },
  ];
}

function assertOneWay(options: EmayImsModuleAsyncOptions): void {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  const unknown = given.map(([key]) => key).filter((key) => !KNOWN_KEYS.includes(key));
  if (unknown.length > 0) {
    throw new EmayImsOptionsError(
      `EmayImsModule.forRootAsync does not know ${unknown.join(', ')}: its keys are ${KNOWN_KEYS.join(', ')}; everything ` +
        'else is part of what the factory returns.',
    );
  }
  if (WAYS.filter((way) => options?.[way]).length !== 1) {
    throw new EmayImsOptionsError(
      'EmayImsModule.forRootAsync needs exactly one of useFactory, useClass and useExisting.',
    );
  }
}

/** Tokens and visibility are settled before the factory runs: what it says about them would go unheard. */
function assertNothingTooLate(
  made: EmayImsAsyncOptions & Partial<EmayImsModuleOptions>,
  options: EmayImsModuleAsyncOptions,
): void {
  if (typeof made !== 'object' || made === null || Array.isArray(made)) {
    throw new EmayImsOptionsError(
      'EmayImsModule cannot start: the options factory returned no options object: return { baseUrl, appId, secretKey, … }.',
    );
  }
  for (const key of ['name', 'isGlobal', 'providers'] as const) {
    if (made[key] !== undefined && made[key] !== options[key]) {
      throw new EmayImsOptionsError(
        `EmayImsModule cannot start: ${key} must stand beside the factory, forRootAsync({ ${key}: …, useFactory: … }), ` +
          'not in what it returns.',
      );
    }
  }
}
