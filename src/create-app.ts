import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { AppModule } from './app.module.js';
import type { Environment } from './config/environment.js';
import { createRateLimit } from './http/rate-limit.js';
import { serveOpenApi } from './openapi/serve.js';

/** Enough for some 100,000 recipients in one call. */
const BODY_LIMIT = '10mb';

/** The application, not yet listening. */
export async function createApp(environment: Environment): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(environment), {
    abortOnError: false,
    bodyParser: false,
  });
  // The page at /api/docs would look for its parts at https:, where a service inside a network speaks HTTP alone.
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  if (environment.RATE_LIMIT_PER_MINUTE > 0) app.use('/api', createRateLimit(environment.RATE_LIMIT_PER_MINUTE));
  app.useBodyParser('json', { limit: BODY_LIMIT });
  serveOpenApi(app, environment.API_KEY_HASHES !== undefined);
  app.enableShutdownHooks([], { useProcessExit: true });
  return app;
}
