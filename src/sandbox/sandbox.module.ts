import { Module, type DynamicModule } from '@nestjs/common';
import { SandboxGateway } from './sandbox-gateway.js';

/** Provides the sandbox's gateway, or `null` where a real one is configured. */
@Module({})
export class SandboxModule {
  static register(isSandbox: boolean): DynamicModule {
    return {
      module: SandboxModule,
      providers: [{ provide: SandboxGateway, useFactory: async () => (isSandbox ? SandboxGateway.start() : null) }],
      exports: [SandboxGateway],
    };
  }
}
