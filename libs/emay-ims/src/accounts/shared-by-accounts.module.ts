import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { OwnPools } from '../database/own-pools.js';
import { AccountModule } from '../account/account-wiring.js';
import { SharedDatabases } from '../account/shared-databases.js';
import { HostApplication } from './host-application.js';
import { AccountRegistry } from './account-registry.js';

const SHARED = [AccountRegistry, HostApplication, OwnPools, SharedDatabases];

/** One of it in an application: accounts share what it provides. */
@Module({ imports: [DiscoveryModule, AccountModule], providers: SHARED, exports: [AccountModule, ...SHARED] })
export class SharedByAccountsModule {}
