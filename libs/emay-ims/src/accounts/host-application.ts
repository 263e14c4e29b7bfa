import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import type { AccountHost } from '../account/account-host.js';
import { AccountLifecycle } from '../account/account-lifecycle.js';
import { GuardedLogger } from '../diagnostics/index.js';
import { getDataSourceToken, isDataSourceOfCopy } from '../database/data-source-token.js';
import { getEmayImsToken } from '../emay-ims.tokens.js';
import { EmayImsNotReadyError, EmayImsOptionsError } from '../errors/emay-ims-errors.js';
import type { EventListeners } from '../events/event-listeners.js';
import { findProvider } from '../injection/find-provider.js';
import { AccountRegistry } from './account-registry.js';
import { HandlerExplorer } from './handler-explorer.js';

const LOOK_AGAIN_MS = 20;

/** The application that accounts live in. */
@Injectable()
export class HostApplication implements AccountHost, OnModuleInit {
  /** Whether all its providers are made. */
  isComplete = false;
  /** For one turn, as modules may be loaded later: two hundred accounts added together look through the providers once. */
  private explorer: HandlerExplorer | null = null;
  /** Methods with `@OnImsEvent` that accounts have been given. */
  private given: ReadonlySet<string> | null = null;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly registry: AccountRegistry,
  ) {}

  /** @throws EmayImsOptionsError where an account is made for each request: Nest would not start it, and nobody would be told */
  onModuleInit(): void {
    for (const lifecycle of this.discovery.getProviders()) {
      if (lifecycle.token !== AccountLifecycle || lifecycle.isDependencyTreeStatic()) continue;
      // The first of the module's providers, which stand in the order in which they need each other; the module itself aside.
      const { host } = lifecycle;
      const first = [...(host?.providers.values() ?? [])].find(
        (provider) => provider.metatype !== host?.metatype && !provider.isDependencyTreeStatic(),
      );
      throw madeForEachRequest(String(first?.name));
    }
    this.providersAreMade();
  }

  providersAreMade(): void {
    this.isComplete = true;
  }

  assertMayOpen(account: string): void {
    this.registry.assertOnlyOne(account);
  }

  dataSourceNow(name: string, account: string): DataSource | null | undefined {
    const isLike = name === 'default' ? isDataSourceOfCopy : undefined;
    try {
      return findProvider<DataSource>(this.moduleRef, getDataSourceToken(name), isLike, getEmayImsToken(account));
    } catch (error) {
      // Nest does not export the class.
      if (!/scoped provider/.test(String(error))) throw error;
      throw new EmayImsOptionsError(
        `EmayImsModule cannot start: DataSource "${name}" is made for each request, or injects what is. Name one that lives as long as the ` +
          "application (database: { dataSource: '…' }), or keep messages in a file of the module's own with " +
          "database: { type: 'sqlite', path: './data/ims.sqlite' }.",
      );
    }
  }

  async findDataSource(name: string, account: string, withinMs: number, end: AbortSignal): Promise<DataSource | null> {
    const giveUpAt = performance.now() + withinMs;
    for (;;) {
      const found = this.dataSourceNow(name, account);
      if (found === undefined || found?.isInitialized || this.isComplete) return found ?? null;
      if (end.aborted || performance.now() > giveUpAt) {
        throw new EmayImsNotReadyError(account, `the DataSource "${name}" is not connected yet`);
      }
      await pause(LOOK_AGAIN_MS);
    }
  }

  registerHandlers(listeners: EventListeners): void {
    if (!this.explorer) {
      this.explorer = new HandlerExplorer(this.discovery, this.scanner);
      setImmediate(() => (this.explorer = null));
    }
    this.explorer.register(listeners);
    this.tellOfLateHandlers(this.explorer.places, listeners.account);
  }

  private tellOfLateHandlers(places: HandlerExplorer['places'], opened: string): void {
    const earlier = this.registry.names.filter((name) => name !== opened);
    const late = places.flatMap(({ label, account }) => {
      const isMissed = this.given?.has(label) === false && earlier.some((name) => (account ?? name) === name);
      return isMissed ? label : [];
    });
    this.given = new Set(places.map(({ label }) => label));
    if (late.length === 0) return;
    new GuardedLogger('EmayImsModule').warn(
      `@OnImsEvent at ${late.join(', ')}: loaded after accounts were opened, whose events do not come here, nor are they kept for it. ` +
        'Put it in a module that is not loaded lazily.',
    );
  }
}

function madeForEachRequest(provider: string): EmayImsOptionsError {
  return new EmayImsOptionsError(
    `EmayImsModule cannot start: ${provider} is made for each request, or injects what is. Make it a singleton: an account lives as ` +
      'long as the application.',
  );
}
