import { type DynamicModule, Module } from '@nestjs/common';
import { getEmayImsToken } from '../emay-ims.tokens.js';
import { InMemoryEmayImsService, type InMemoryEmayImsOptions } from './in-memory-emay-ims.service.js';

/** The account in memory, and who may inject it. */
export interface EmayImsTestingModuleOptions extends InMemoryEmayImsOptions {
  /** Whether every module may inject the service without importing this one. Default true. */
  isGlobal?: boolean;
}

/** Stands in the place of `EmayImsModule` in unit tests: whoever injects an `EmayImsService` gets the one in memory. */
@Module({})
export class EmayImsTestingModule {
  /**
   * Import it once for each account that the test needs.
   *
   * @throws EmayImsOptionsError for a wrong name
   */
  static forRoot({ isGlobal = true, ...options }: EmayImsTestingModuleOptions = {}): DynamicModule {
    const token = getEmayImsToken(options.name);
    return {
      module: EmayImsTestingModule,
      global: isGlobal,
      providers: [
        { provide: token, useFactory: () => new InMemoryEmayImsService(options) },
        { provide: InMemoryEmayImsService, useExisting: token },
      ],
      exports: [token, InMemoryEmayImsService],
    };
  }
}
