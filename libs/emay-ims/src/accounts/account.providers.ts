import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { AxiosInstance } from 'axios';
import { AccountDatabase } from '../account/account-database.js';
import { AccountLifecycle } from '../account/account-lifecycle.js';
import { AccountWiring } from '../account/account-wiring.js';
import { SharedDatabases } from '../account/shared-databases.js';
import { createGatewayHttp, EmayImsClient } from '../client/index.js';
import { OwnPools } from '../database/own-pools.js';
import { EmayImsService } from '../emay-ims.service.js';
import {
  getEmayImsClientToken,
  getEmayImsClockToken,
  getEmayImsEngineToken,
  getEmayImsHttpToken,
  getEmayImsRepositoryToken,
  getEmayImsToken,
} from '../emay-ims.tokens.js';
import type { EmayImsEngine } from '../engine/engine.js';
import { InProcessEngine } from '../engine/in-process-engine.js';
import { EventListeners } from '../events/event-listeners.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { RESOLVED_OPTIONS } from '../options/options-providers.js';
import { HOST_CLOCK, type EmayImsClock } from '../time/clock.js';
import { AccountRegistry } from './account-registry.js';
import { HostApplication } from './host-application.js';

/** The service of a module's account, whatever a test has put in its place. */
export const ACCOUNT_SERVICE = Symbol('EmayImsService of this account');

/** What there is of an imported account before it is opened. */
export function accountProviders(name: string): Provider[] {
  const CLOCK = getEmayImsClockToken(name);
  const ENGINE = getEmayImsEngineToken(name);
  const HTTP = getEmayImsHttpToken(name);
  const CLIENT = getEmayImsClientToken(name);
  return [
    { provide: CLOCK, useValue: HOST_CLOCK },
    {
      provide: ENGINE,
      inject: [ModuleRef],
      useFactory: (moduleRef: ModuleRef) => new InProcessEngine(moduleRef, name),
    },
    { provide: HTTP, inject: [RESOLVED_OPTIONS, CLOCK], useFactory: createGatewayHttp },
    {
      provide: CLIENT,
      inject: [HTTP, RESOLVED_OPTIONS, CLOCK],
      useFactory: (...parts: ConstructorParameters<typeof EmayImsClient>) => new EmayImsClient(...parts),
    },
    {
      provide: AccountDatabase,
      // No DataSource: it may be made for each request, or of what injects the service, which is no matter where messages are in a file.
      inject: [RESOLVED_OPTIONS, OwnPools, SharedDatabases, HostApplication],
      useFactory: (
        { database }: ResolvedEmayImsOptions,
        pools: OwnPools,
        shared: SharedDatabases,
        host: HostApplication,
      ) => new AccountDatabase(name, database, pools, shared, host),
    },
    { provide: EventListeners, useFactory: () => new EventListeners(name, false) },
    {
      provide: AccountLifecycle,
      inject: [
        ...[RESOLVED_OPTIONS, CLIENT, HTTP, ENGINE, CLOCK],
        ...[AccountDatabase, EventListeners, AccountWiring, HostApplication],
      ],
      useFactory: (
        options: ResolvedEmayImsOptions,
        client: EmayImsClient,
        http: AxiosInstance,
        engine: EmayImsEngine,
        clock: EmayImsClock,
        database: AccountDatabase,
        listeners: EventListeners,
        wiring: AccountWiring,
        host: HostApplication,
      ) => new AccountLifecycle({ options, client, http, engine, clock, database, listeners }, wiring, host),
    },
    {
      provide: ACCOUNT_SERVICE,
      inject: [AccountLifecycle, AccountRegistry, ModuleRef, RESOLVED_OPTIONS],
      useFactory: (
        lifecycle: AccountLifecycle,
        registry: AccountRegistry,
        moduleRef: ModuleRef,
        options: ResolvedEmayImsOptions,
      ) => {
        const service = () => moduleRef.get<EmayImsService>(getEmayImsToken(name));
        registry.add({ name, service, options, lifecycle, isImported: true });
        return new EmayImsService(lifecycle);
      },
    },
    { provide: getEmayImsToken(name), useExisting: ACCOUNT_SERVICE },
    {
      provide: getEmayImsRepositoryToken(name),
      inject: [AccountDatabase],
      useFactory: ({ messages }: AccountDatabase) => messages,
    },
  ];
}
