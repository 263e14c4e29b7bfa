import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { newToken } from '../../messages/ids.js';

/** Path of the folder. */
export const TEMPORARY_FOLDER = Symbol('EmayImsTestbed folder');

/**
 * A folder of one application, with all that is in it gone when that ends.
 *
 * - It is made by who first writes into it: an application that cannot be built leaves none behind.
 * - Imported by what writes into it, it is removed after that has closed its files.
 */
@Module({})
export class TemporaryFolderModule implements OnApplicationShutdown {
  constructor(@Inject(TEMPORARY_FOLDER) private readonly path: string) {}

  static forRoot(isGlobal: boolean): DynamicModule {
    return {
      module: TemporaryFolderModule,
      global: isGlobal,
      providers: [{ provide: TEMPORARY_FOLDER, useFactory: () => join(tmpdir(), `emay-ims-testbed-${newToken()}`) }],
      exports: [TEMPORARY_FOLDER],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
