import {
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { AddedAccounts } from './added-accounts.js';
import { EmayImsAccounts } from './emay-ims-accounts.js';
import { SharedByAccountsModule } from './shared-by-accounts.module.js';

/** Lets accounts be added while the application runs: see `EmayImsAccounts`. Import it in a module that is not loaded lazily. */
@Module({ imports: [SharedByAccountsModule], providers: [AddedAccounts, EmayImsAccounts], exports: [EmayImsAccounts] })
export class EmayImsAccountsModule
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
{
  constructor(private readonly accounts: AddedAccounts) {}

  /** @internal */
  async onModuleInit(): Promise<void> {
    await this.accounts.init();
  }

  /** @internal */
  async onApplicationBootstrap(): Promise<void> {
    await this.accounts.start();
  }

  /** @internal */
  async onModuleDestroy(): Promise<void> {
    await this.accounts.stop();
  }

  /** @internal */
  async onApplicationShutdown(): Promise<void> {
    await this.accounts.end();
  }
}
