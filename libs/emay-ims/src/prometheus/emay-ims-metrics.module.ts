import { Inject, Module, type DynamicModule, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { register, type Registry } from 'prom-client';
import type { EmayImsService } from '../emay-ims.service.js';
import { DEFAULT_ACCOUNT } from '../emay-ims.tokens.js';
import { findAccount, findRegistry, lookUpAccount } from '../accounts/find-account.js';
import { registerAccountGauges } from './account-gauges.js';
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
    const known = accounts === 'all' ? findRegistry(this.moduleRef) : null;
    const named = accounts === 'all' ? [] : accounts;
    for (const account of named) findAccount(this.moduleRef, account);
    const others = new Set(registry.getMetricsAsArray());
    try {
      const requests = new RequestMetrics(registry);
      known?.forEach(({ name }) => requests.add(name));
      for (const account of named) requests.add(account);
      registerAccountGauges(registry, () => this.servicesOf(known?.names ?? named), cacheMs);
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

  /** As they are now: an account that is removed has none, and another one once it is added again. */
  private servicesOf(names: readonly string[]): ReadonlyMap<string, EmayImsService> {
    const services = new Map<string, EmayImsService>();
    for (const name of names) {
      const service = lookUpAccount(this.moduleRef, name);
      if (service) services.set(name, service);
    }
    return services;
  }
}
