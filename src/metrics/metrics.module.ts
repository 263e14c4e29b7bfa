import { Module, type DynamicModule } from '@nestjs/common';
import { EmayImsMetricsModule } from 'nestjs-emay-ims/prometheus';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { MetricsController } from './metrics.controller.js';

/** The account's metrics and those of the process, in a registry of the application's own. */
@Module({})
export class MetricsModule {
  static register(): DynamicModule {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    return {
      module: MetricsModule,
      imports: [EmayImsMetricsModule.forRoot({ registry })],
      controllers: [MetricsController],
      providers: [{ provide: Registry, useValue: registry }],
    };
  }
}
