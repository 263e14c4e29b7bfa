import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { elsewhereForMs } from '../../account/claim-in-database.js';
import { findRegistry } from '../../accounts/find-account.js';
import { EmayImsService } from '../../emay-ims.service.js';
import { getEmayImsToken } from '../../emay-ims.tokens.js';
import { EmayImsOptionsError } from '../../errors/emay-ims-errors.js';

const SERVICE = Symbol('EmayImsService of the testbed');

/**
 * Refuses the start where another application runs the account in the same database: as instances of one account they would submit
 * each other's messages, each to its own gateway.
 *
 * - Never global, so that Nest initialises it after the account: its database is open then, and no job has started.
 */
@Module({})
export class ExclusiveAccountModule implements OnModuleInit {
  constructor(
    @Inject(SERVICE) private readonly service: EmayImsService,
    private readonly moduleRef: ModuleRef,
  ) {}

  static forRoot(name: string, ims: DynamicModule): DynamicModule {
    return {
      module: ExclusiveAccountModule,
      imports: [ims],
      providers: [{ provide: SERVICE, useExisting: getEmayImsToken(name) }],
    };
  }

  async onModuleInit(): Promise<void> {
    // One that a test has put in its place opens no database.
    if (this.service.constructor !== EmayImsService) return;
    const account = await this.service.perform(async (opened) => opened);
    if (!account.internals) return;
    const leftMs = await elsewhereForMs(account.internals.database, account.options);
    if (leftMs === null) return;
    const { name } = account.options;
    // Nest 11 closes nothing after a failed start, and this account would count as running for those that start next.
    await findRegistry(this.moduleRef)?.find(name)?.lifecycle.close();
    const leftS = Math.max(1, Math.ceil(leftMs / 1_000));
    throw new EmayImsOptionsError(
      `EmayImsTestbedModule cannot start: another application runs the account "${name}" in this database, and each ` +
        "would send the other's messages to its own gateway. Run such test files one after the other, or give each a schema or " +
        `database of its own, or a name, forRoot({ name }). One that was killed counts as running for another ${leftS} s, or until ` +
        'the table emay_ims_lease is emptied.',
    );
  }
}
