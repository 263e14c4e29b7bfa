import {
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { AccountRegistry } from './account-registry.js';
import { AddedAccounts } from './added-accounts.js';
import { EmayImsAccounts } from './emay-ims-accounts.js';
import { SharedByAccountsModule } from './shared-by-accounts.module.js';

/** Lets accounts be added while the application runs: see `EmayImsAccounts`. Import it in a module that is not loaded lazily. */
@Module({ imports: [SharedByAccountsModule], providers: [AddedAccounts, EmayImsAccounts], exports: [EmayImsAccounts] })
export class EmayImsAccountsModule
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
{
  constructor(
    private readonly accounts: AddedAccounts,
    private readonly registry: AccountRegistry,
  ) {}

  /** @hidden */
  async onModuleInit(): Promise<void> {
    await this.accounts.init();
  }

  /** @hidden */
  async onApplicationBootstrap(): Promise<void> {
    await this.accounts.start();
  }

  /** @hidden */
  async onModuleDestroy(): Promise<void> {
    await this.registry.stop();
  }

  /** @hidden */
  async onApplicationShutdown(): Promise<void> {
    await this.accounts.end();
  }
}
