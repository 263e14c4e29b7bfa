import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import { AppModule } from './app.module.js';
import { isSandbox, type Environment } from './config/environment.js';
import { CONSOLE_PATH } from './console/console-path.js';
import { refuseOtherMethods } from './http/allowed-methods.js';
import { ApiKeys, askBeforeBody } from './http/api-keys.js';
import { endUnreadBodies, readJsonBody } from './http/json-body.js';
import { refuseForeignHosts } from './http/own-host.js';
import { createRateLimit } from './http/rate-limit.js';
import { checkUrl, parseQuery } from './http/request-url.js';
import { ServiceAdapter } from './http/service-adapter.js';
import { createServiceServer } from './http/service-server.js';
import { serveOpenApi } from './openapi/serve.js';
import { SANDBOX_HEADERS } from './sandbox/sandbox-mark.interceptor.js';

/** The application, not yet at work. @param server may be listening already */
export async function createApp(
  environment: Environment,
  server: Server = createServiceServer(isSandbox(environment) ? SANDBOX_HEADERS : {}),
): Promise<NestExpressApplication> {
  const adapter = new ServiceAdapter(server);
  if (isSandbox(environment)) {
    // Before the application is made, whose module of pushes answers by itself.
    adapter.use((_request: Request, response: Response, next: NextFunction) => {
      response.set(SANDBOX_HEADERS);
      next();
    });
  }
  const app = await NestFactory.create<NestExpressApplication>(AppModule.register(environment), adapter, {
    abortOnError: false,
    bodyParser: false,
  });
  app.use(endUnreadBodies);
  // The page at /api/docs would look for its parts at https:, where a service inside a network speaks HTTP alone.
  app.use(helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } }));
  app.enableCsrfProtection();
  const keys = new ApiKeys(environment.API_KEY_HASHES);
  if (!keys.areAsked) app.use(refuseForeignHosts);
  app.set('query parser', parseQuery);
  app.use(checkUrl);
  if (environment.RATE_LIMIT_PER_MINUTE > 0) {
    // Each by itself: an application that calls too often does not lock out the operator beside it.
    for (const path of ['/api', `${CONSOLE_PATH}/api`])
      app.use(path, createRateLimit(environment.RATE_LIMIT_PER_MINUTE));
  }
  app.use(askBeforeBody(keys), refuseOtherMethods, readJsonBody);
  serveOpenApi(app, keys.areAsked);
  app.enableShutdownHooks([], { useProcessExit: true });
  return app;
}
