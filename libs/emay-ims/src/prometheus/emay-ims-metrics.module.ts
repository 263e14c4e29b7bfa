import { Inject, Module, type DynamicModule, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { register, type Registry } from 'prom-client';
import type { EmayImsService } from '../emay-ims.service.js';
import { DEFAULT_ACCOUNT } from '../emay-ims.tokens.js';
import type { AccountRegistry } from '../accounts/account-registry.js';
import { findAccount, findRegistry } from '../accounts/find-account.js';
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
    const found =
      accounts === 'all' ? null : accounts.map((account) => [account, findAccount(this.moduleRef, account)] as const);
    const others = new Set(registry.getMetricsAsArray());
    try {
      const requests = new RequestMetrics(registry);
      if (found === null) {
        const known = findRegistry(this.moduleRef);
        known?.forEach(({ name }) => requests.add(name));
        registerAccountGauges(registry, () => servicesOf(known), cacheMs);
      } else {
        const services = new Map(found);
        for (const account of services.keys()) requests.add(account);
        registerAccountGauges(registry, () => services, cacheMs);
      }
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
}

function servicesOf(registry: AccountRegistry | null): ReadonlyMap<string, EmayImsService> {
  const names = registry?.names ?? [];
  return new Map(names.map((name) => [name, registry!.find(name)!.service()]));
}
