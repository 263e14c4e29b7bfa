import { Inject, Module, type DynamicModule, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { register, type Registry } from 'prom-client';
import type { EmayImsService } from '../emay-ims.service.js';
import { DEFAULT_ACCOUNT } from '../emay-ims.tokens.js';
import type { AccountRegistry } from '../accounts/account-registry.js';
import { findAccount, findRegistry } from '../accounts/find-account.js';
import { registerAccountGauges, type Services } from './account-gauges.js';
import type { EmayImsMetricsOptions } from './metrics-options.js';
import { RequestMetrics } from './request-metrics.js';

const METRICS_OPTIONS = Symbol('EmayImsMetricsOptions');
const CACHE_MS = 10_000;

/**
 * Keeps Prometheus metrics of accounts in a registry of `prom-client`. Import it once for each registry; how the registry is
 * served is the host's matter.
 */
@Module({})
export class EmayImsMetricsModule implements OnModuleInit, OnApplicationShutdown {
  private requests: RequestMetrics | null = null;
  /** Made here: the registry may hold others by such names, and Nest calls the shutdown hook without a start as well. */
  private readonly registered = new Map<string, unknown>();

  constructor(
    @Inject(METRICS_OPTIONS) private readonly options: EmayImsMetricsOptions,
    private readonly moduleRef: ModuleRef,
  ) {}

  /** The metrics of these accounts, in this registry. */
  static forRoot(options: EmayImsMetricsOptions = {}): DynamicModule {
    return { module: EmayImsMetricsModule, providers: [{ provide: METRICS_OPTIONS, useValue: options }] };
  }

  /** @throws EmayImsOptionsError where there is no account of a name given */
  onModuleInit(): void {
    const { registry = register, accounts = [DEFAULT_ACCOUNT], cacheMs = CACHE_MS } = this.options;
    const known = findRegistry(this.moduleRef);
    const services = this.servicesOf(accounts, known);
    const others = new Set(registry.getMetricsAsArray());
    try {
      const requests = new RequestMetrics(registry);
      if (accounts === 'all') known?.forEach(({ name }) => requests.add(name));
      else for (const account of accounts) requests.add(account);
      registerAccountGauges(registry, services, cacheMs);
      requests.subscribe();
      this.requests = requests;
    } finally {
      for (const metric of registry.getMetricsAsArray()) {
        if (!others.has(metric)) this.registered.set(metric.name, metric);
      }
      if (this.requests === null) this.leave(registry);
    }
  }

  /** @hidden */
  onApplicationShutdown(): void {
    this.requests?.unsubscribe();
    const { registry = register } = this.options;
    this.leave(registry);
  }

  /** Another application of the process, such as the next test, may register its own. */
  private leave(registry: Registry): void {
    for (const [name, metric] of this.registered) {
      if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name);
    }
    this.registered.clear();
  }

  /**
   * Of each scrape: an account that was removed has none, and another one once it is added again. One that the registry does not know, as
   * in a unit test without the module, keeps the one it has.
   */
  private servicesOf(accounts: readonly string[] | 'all', known: AccountRegistry | null): Services {
    const names = accounts === 'all' ? () => known?.names ?? [] : () => accounts;
    const unknown = new Map<string, EmayImsService>();
    for (const name of accounts === 'all' ? [] : accounts) {
      const service = findAccount(this.moduleRef, name);
      if (!known?.find(name)) unknown.set(name, service);
    }
    return () =>
      new Map(
        names().flatMap((name) => {
          const service = unknown.get(name) ?? known?.find(name)?.service();
          return service ? [[name, service] as const] : [];
        }),
      );
  }
}
