import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { SimulatorOptions } from '../options.js';
import { type Simulator, startSimulator } from '../simulator.js';
import { EMAY_IMS_SIMULATOR, InjectSimulator } from './inject-simulator.js';

export interface EmayImsSimulatorModuleOptions extends SimulatorOptions {
  /** Whether every module may inject the simulator without importing this one. Default: true. */
  readonly isGlobal?: boolean;
}

/**
 * A gateway simulator as part of a Nest application, for its tests.
 * - It listens before anything that injects it is made, so its URL can go into the options of other modules.
 * - It stops last, in `onApplicationShutdown`: what the application still sends while it shuts down is answered.
 */
@Module({})
export class EmayImsSimulatorModule implements OnApplicationShutdown {
  constructor(@InjectSimulator() private readonly simulator: Simulator) {}

  /** Rejects, as the application starts, with what `startSimulator` throws: a wrong option, a port that is taken. */
  static forRoot({ isGlobal = true, ...options }: EmayImsSimulatorModuleOptions = {}): DynamicModule {
    return {
      module: EmayImsSimulatorModule,
      global: isGlobal,
      providers: [{ provide: EMAY_IMS_SIMULATOR, useFactory: () => startSimulator(options) }],
      exports: [EMAY_IMS_SIMULATOR],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.simulator.stop();
  }
}
