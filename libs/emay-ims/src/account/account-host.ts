import type { DataSource } from 'typeorm';
import type { EventListeners } from '../events/event-listeners.js';

/** What an account asks of the application that it lives in. */
export interface AccountHost {
  /** All its providers are made: it calls hooks, those of global modules first. */
  providersAreMade(): void;
  /** @throws EmayImsOptionsError where an account of this name must not be opened */
  assertMayOpen(account: string): void;
  /** A DataSource of the application by name, as far as it is made: see `findDataSource`, which waits for it. */
  dataSourceNow(name: string, account: string): DataSource | null | undefined;
  /**
   * A DataSource of the application by name. One that is not connected yet is waited for, as long as providers are being made.
   *
   * @returns `null` where there is none
   * @throws EmayImsNotReadyError where it takes too long
   * @throws EmayImsOptionsError where it is made for each request
   */
  findDataSource(name: string, account: string, withinMs: number, end: AbortSignal): Promise<DataSource | null>;
  /** Has the methods with `@OnImsEvent` that want events of the listeners' account called. */
  registerHandlers(listeners: EventListeners): void;
}
