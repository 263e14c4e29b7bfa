import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import type { AccountHost } from '../account/account-host.js';
import { getDataSourceToken } from '../database/data-source-token.js';
import { EmayImsNotReadyError } from '../errors/emay-ims-errors.js';
import type { EventListeners } from '../events/event-listeners.js';
import { findProvider } from '../injection/find-provider.js';
import { AccountRegistry } from './account-registry.js';
import { HandlerExplorer } from './handler-explorer.js';

const LOOK_AGAIN_MS = 20;

/** The application that accounts live in. */
@Injectable()
export class HostApplication implements AccountHost, OnModuleInit {
  /** Whether all its providers are made: this hook comes before those of whoever imports the module. */
  isComplete = false;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly registry: AccountRegistry,
  ) {}

  onModuleInit(): void {
    this.isComplete = true;
  }

  assertMayOpen(account: string): void {
    this.registry.assertOnlyOne(account);
  }

  async findDataSource(name: string, account: string, withinMs: number, end: AbortSignal): Promise<DataSource | null> {
    const giveUpAt = performance.now() + withinMs;
    for (;;) {
      const found = findProvider<DataSource>(this.moduleRef, getDataSourceToken(name));
      if (found === undefined || found?.isInitialized || this.isComplete) return found ?? null;
      if (end.aborted || performance.now() > giveUpAt) {
        throw new EmayImsNotReadyError(account, `the DataSource "${name}" is not connected yet`);
      }
      await pause(LOOK_AGAIN_MS);
    }
  }

  registerHandlers(listeners: EventListeners): void {
    new HandlerExplorer(this.discovery, this.scanner).register(listeners);
  }
}
