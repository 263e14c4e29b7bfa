import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef } from '@nestjs/core';
import { getDataSourceToken } from '../database/data-source-token.js';
import type { DataSource } from 'typeorm';
import type { EmayImsEngine } from '../engine/engine.js';
import { InProcessEngine } from '../engine/in-process-engine.js';
import { EmayImsNotReadyError } from '../errors/emay-ims-errors.js';
import type { EventListeners } from '../events/event-listeners.js';
import { HandlerExplorer } from '../accounts/handler-explorer.js';

const LOOK_AGAIN_MS = 20;

/** What accounts ask of the application that they live in. */
@Injectable()
export class HostApplication implements OnModuleInit {
  /** Whether all its providers are made: this hook comes before those of whoever imports the module. */
  isComplete = false;

  constructor(
    private readonly moduleRef: ModuleRef,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    this.isComplete = true;
  }

  /**
   * A DataSource of the application by name. One that is not connected yet is waited for, as long as providers are being made.
   *
   * @returns `null` where there is none
   * @throws EmayImsNotReadyError where it takes too long
   */
  async findDataSource(name: string, account: string, withinMs: number, end: AbortSignal): Promise<DataSource | null> {
    const giveUpAt = performance.now() + withinMs;
    for (;;) {
      let found: DataSource | undefined;
      try {
        found = this.moduleRef.get<DataSource | undefined>(getDataSourceToken(name), { strict: false });
      } catch {
        return null;
      }
      if (found?.isInitialized || this.isComplete) return found ?? null;
      if (end.aborted || performance.now() > giveUpAt) {
        throw new EmayImsNotReadyError(account, `the DataSource "${name}" is not connected yet`);
      }
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** Has the methods with `@OnImsEvent` that want events of the listeners' account called. */
  registerHandlers(listeners: EventListeners): void {
    new HandlerExplorer(this.discovery, this.scanner).register(listeners);
  }

  newEngine(account: string): EmayImsEngine {
    return new InProcessEngine(this.moduleRef, account);
  }
}
