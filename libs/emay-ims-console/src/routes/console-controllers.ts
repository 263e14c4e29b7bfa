import {
  Controller,
  Get,
  Inject,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  type CanActivate,
  type Type,
} from '@nestjs/common';
import { takeOver } from '../http/exchange.js';
import { PageServer } from '../shell/page-server.js';
import { API_ROUTES } from './api-routes.js';
import { ApiServer } from './api-server.js';
import { GuardRefusalsFilter } from './guard-refusals.filter.js';
import { HeaderGuard } from './header-guard.js';
import { PAGE_ROUTES } from './page-routes.js';

type Guards = readonly (Type<CanActivate> | CanActivate)[];
type Handler<Server> = (server: Server, request: unknown, response: unknown) => unknown;

/** Key of `@nestjs/swagger`, which is not imported for it: the host's document is about the host's API. */
const HIDDEN_FROM_OPENAPI = 'swagger/apiExcludeController';

/**
 * The controllers of one console: a class of its own for each path, so that an application may have several. Nest mounts them, with the
 * global prefix, the host's guards and middleware; whatever the host's versioning is, they have none.
 */
export function consoleControllers(path: string, guards: Guards, decorators: readonly ClassDecorator[]): Type[] {
  const controllers = [pageController(path, guards), apiController(path, guards)];
  for (const controller of controllers) for (const decorate of decorators) decorate(controller);
  return controllers;
}

function pageController(path: string, guards: Guards): Type {
  class EmayImsConsolePageController {
    constructor(@Inject(PageServer) readonly server: PageServer) {}
  }
  const handlers: [string, Handler<PageServer>][] = [
    ['', (server, ...platform) => server.redirect(takeOver(...platform))],
    ['assets/:name', (server, ...platform) => server.asset(takeOver(...platform))],
    ...PAGE_ROUTES.map((route): [string, Handler<PageServer>] => {
      const segments = route.split('/').length;
      return [route, (server, ...platform) => server.shell(takeOver(...platform), segments)];
    }),
  ];
  for (const [route, handler] of handlers) addRoute(EmayImsConsolePageController, 'GET', route, handler);
  return mounted(EmayImsConsolePageController, path, guards);
}

function apiController(path: string, guards: Guards): Type {
  class EmayImsConsoleApiController {
    constructor(@Inject(ApiServer) readonly server: ApiServer) {}
  }
  for (const route of API_ROUTES) {
    const handler: Handler<ApiServer> = (server, ...platform) => server.serve(route, takeOver(...platform));
    addRoute(EmayImsConsoleApiController, route.method, route.path, handler);
  }
  UseFilters(GuardRefusalsFilter)(EmayImsConsoleApiController);
  return mounted(EmayImsConsoleApiController, `${path}/api/v1`, guards);
}

function mounted(controller: Type, path: string, guards: Guards): Type {
  Controller({ path, version: VERSION_NEUTRAL })(controller);
  UseGuards(HeaderGuard, ...guards)(controller);
  Reflect.defineMetadata(HIDDEN_FROM_OPENAPI, [true], controller);
  return controller;
}

/** What `@Get(route) name(@Req() request, @Res() response) {}` would do. */
function addRoute<Server>(
  controller: Type<{ server: Server }>,
  method: 'GET' | 'POST',
  route: string,
  handler: Handler<Server>,
): void {
  const { prototype } = controller as { prototype: object };
  const name = `${method} ${route}`;
  const value = async function (this: { server: Server }, request: unknown, response: unknown): Promise<void> {
    await handler(this.server, request, response);
  };
  const descriptor: PropertyDescriptor = { value, writable: true, configurable: true, enumerable: false };
  Object.defineProperty(prototype, name, descriptor);
  (method === 'GET' ? Get(route) : Post(route))(prototype, name, descriptor);
  Req()(prototype, name, 0);
  Res()(prototype, name, 1);
}
