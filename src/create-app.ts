import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { AppModule } from './app.module.js';
import type { Environment } from './config/environment.js';
import { createRateLimit } from './http/rate-limit.js';

/** Enough for some 100,000 recipients in one call. */
const BODY_LIMIT = '10mb';

/** The application, not yet listening. */
export async function createApp(environment: Environment): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(environment), {
    abortOnError: false,
    bodyParser: false,
  });
  app.use(helmet());
  if (environment.RATE_LIMIT_PER_MINUTE > 0) app.use('/api', createRateLimit(environment.RATE_LIMIT_PER_MINUTE));
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.enableShutdownHooks([], { useProcessExit: true });
  return app;
}
