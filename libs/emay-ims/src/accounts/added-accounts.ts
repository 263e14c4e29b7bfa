import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AccountLifecycle } from '../account/account-lifecycle.js';
import { createGatewayHttp, EmayImsClient } from '../client/index.js';
import { AccountDatabase } from '../account/account-database.js';
import { OwnPools } from '../database/own-pools.js';
import { SharedDatabases } from '../account/shared-databases.js';
import { EmayImsService } from '../emay-ims.service.js';
import { EmayImsClosedError } from '../errors/emay-ims-errors.js';
import { EventListeners } from '../events/event-listeners.js';
import { HostApplication } from './host-application.js';
import { AccountWiring } from '../account/account-wiring.js';
import { InProcessEngine } from '../engine/in-process-engine.js';
import { HOST_CLOCK } from '../time/clock.js';
import { inBackground } from '../time/in-background.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { AccountRegistry, type RegisteredAccount } from './account-registry.js';

interface AddedAccount {
  readonly registered: RegisteredAccount;
  /** Settles when it has been opened, or could not be. */
  readonly adding: Promise<void>;
  closing: Promise<void> | null;
}

/**
 * The accounts that were added at run time. They go through what imported ones do: as far as the application has come when they are
 * added, and then with it.
 */
@Injectable()
export class AddedAccounts {
  private readonly added = new Map<string, AddedAccount>();
  private isStarted = false;

  constructor(
    private readonly registry: AccountRegistry,
    private readonly pools: OwnPools,
    private readonly databases: SharedDatabases,
    private readonly wiring: AccountWiring,
    private readonly host: HostApplication,
    private readonly moduleRef: ModuleRef,
  ) {
    registry.mayGrow = true;
  }

  has(name: string): boolean {
    return this.added.has(name);
  }

  /** @throws what keeps it from being opened: then it is not there */
  async add(options: ResolvedEmayImsOptions): Promise<EmayImsService> {
    const { name } = options;
    if (this.registry.isEnding) throw new EmayImsClosedError(name);
    // An account outlives the call that adds it.
    const { lifecycle, service } = inBackground(() => this.wire(options));
    const registered = { name, service: () => service, options, lifecycle, isImported: false };
    const account: AddedAccount = { registered, adding: this.open(lifecycle), closing: null };
    this.added.set(name, account);
    this.registry.add(registered);
    try {
      await account.adding;
      if (this.registry.isEnding) throw new EmayImsClosedError(name);
    } catch (error) {
      await this.close(account);
      throw error;
    }
    return service;
  }

  async remove(name: string): Promise<void> {
    const account = this.added.get(name);
    if (account) await this.close(account);
  }

  /** The providers of the application are made. */
  async init(): Promise<void> {
    this.host.providersAreMade();
    await this.forEachOpen((lifecycle) => lifecycle.init());
  }

  /** The application has started. */
  async start(): Promise<void> {
    this.isStarted = true;
    await this.forEachOpen((lifecycle) => lifecycle.start());
  }

  async end(): Promise<void> {
    await Promise.all([...this.added.values()].map((account) => this.close(account)));
  }

  private wire(options: ResolvedEmayImsOptions): { lifecycle: AccountLifecycle; service: EmayImsService } {
    const { name } = options;
    const listeners = new EventListeners(name, false);
    const http = createGatewayHttp(options);
    const client = new EmayImsClient(http, options);
    const engine = new InProcessEngine(this.moduleRef, name);
    const database = new AccountDatabase(name, options.database, this.pools, this.databases, this.host);
    const parts = { options, client, http, engine, clock: HOST_CLOCK, database, listeners };
    const lifecycle = new AccountLifecycle(parts, this.wiring, this.host);
    return { lifecycle, service: new EmayImsService(lifecycle) };
  }

  private async open(lifecycle: AccountLifecycle): Promise<void> {
    await (this.host.isComplete ? lifecycle.init() : lifecycle.opened());
    if (this.isStarted) await lifecycle.start();
  }

  private async forEachOpen(work: (lifecycle: AccountLifecycle) => Promise<void>): Promise<void> {
    await Promise.all(
      [...this.added.values()].map(async ({ adding, registered }) => {
        const isOpen = await adding.then(
          () => true,
          () => false, // Whoever adds it is told.
        );
        if (isOpen) await work(registered.lifecycle);
      }),
    );
  }

  private close(account: AddedAccount): Promise<void> {
    account.closing ??= this.closeNow(account);
    return account.closing;
  }

  private async closeNow({ registered }: AddedAccount): Promise<void> {
    const { lifecycle } = registered;
    try {
      await lifecycle.stop();
      await lifecycle.close();
    } finally {
      this.added.delete(registered.name);
      this.registry.remove(registered);
    }
  }
}
