import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { SimulatorOptions } from '../options.js';
import type { Simulator } from '../simulator.js';
import { startSimulator } from '../start-simulator.js';
import { EMAY_IMS_SIMULATOR, InjectSimulator } from './inject-simulator.js';

/** The options of the simulator, and the module’s visibility. */
export interface EmayImsSimulatorModuleOptions extends SimulatorOptions {
  /** Whether every module may inject the simulator without importing this one. Default: true. */
  readonly isGlobal?: boolean | undefined;
}

/**
 * A gateway simulator as part of a Nest application, for its tests.
 * - It listens before anything that injects it is made, so its URL can go into the options of other modules.
 * - It does not keep the process alive: where an application fails to start, Nest runs no hook that could stop it.
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
      providers: [{ provide: EMAY_IMS_SIMULATOR, useFactory: () => start(options) }],
      exports: [EMAY_IMS_SIMULATOR],
    };
  }

  /** @internal */
  async onApplicationShutdown(): Promise<void> {
    await this.simulator.stop();
  }
}

async function start(options: SimulatorOptions): Promise<Simulator> {
  const simulator = await startSimulator(options);
  simulator.unref();
  return simulator;
}
