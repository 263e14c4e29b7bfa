import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TerminusModule } from '@nestjs/terminus';
import { EmayImsModule } from 'nestjs-emay-ims';
import { EmayImsExceptionFilter } from 'nestjs-emay-ims/http';
import { EmayImsPushModule } from 'nestjs-emay-ims/push';
import { EmayImsHealthModule } from 'nestjs-emay-ims/terminus';
import { isSandbox, type Environment } from './config/environment.js';
import { emayImsOptions } from './config/options.js';
import { consoleModule } from './console/console.module.js';
import { databaseModules } from './database/database.module.js';
import { HealthController } from './health/health.controller.js';
import { ApiKeyGuard } from './http/api-key.guard.js';
import { HttpProblemFilter } from './http/http-problem.filter.js';
import { PatientValidationPipe } from './http/validation.pipe.js';
import { MessagesController } from './messages/messages.controller.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { SandboxMarkInterceptor } from './sandbox/sandbox-mark.interceptor.js';
import { SandboxGateway } from './sandbox/sandbox-gateway.js';
import { SandboxModule } from './sandbox/sandbox.module.js';

/** An SMS gateway service on `nestjs-emay-ims`, put together as any application would. */
@Module({})
export class AppModule {
  static register(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, ignoreEnvVars: true, load: [() => environment] }),
        ScheduleModule.forRoot(),
        ...databaseModules(environment),
        EmayImsModule.forRootAsync({
          imports: [SandboxModule.register(isSandbox(environment))],
          inject: [SandboxGateway],
          useFactory: (sandbox: SandboxGateway | null) => emayImsOptions(environment, sandbox?.connection ?? null),
        }),
        TerminusModule,
        EmayImsHealthModule,
        MetricsModule.register(),
        consoleModule(environment),
        ...pushModules(environment),
      ],
      controllers: [MessagesController, HealthController],
      providers: [
        { provide: APP_PIPE, useClass: PatientValidationPipe },
        { provide: APP_FILTER, useClass: HttpProblemFilter },
        // The last one is asked first.
        { provide: APP_FILTER, useClass: EmayImsExceptionFilter },
        { provide: APP_GUARD, useClass: ApiKeyGuard },
        ...(isSandbox(environment) ? [{ provide: APP_INTERCEPTOR, useClass: SandboxMarkInterceptor }] : []),
      ],
    };
  }
}

/** Takes pushed reports where there is a path for them. */
function pushModules({ EMAY_IMS_PUSH_PATH: path, EMAY_IMS_PUSH_SECRET: secret }: Environment): DynamicModule[] {
  if (path === undefined) return [];
  const plain = secret === undefined ? undefined : { secrets: { default: secret } };
  return [EmayImsPushModule.forRoot({ path, plain })];
}
