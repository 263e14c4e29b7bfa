import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';

/** Where pushes are taken: at the path, and with secrets at what has one more segment, a secret. */
export interface PushAddress {
  readonly path: string;
  readonly hasSecrets: boolean;
}

/** Serves a request; `rest`: the segment behind the path, `''` where there is none. */
type Serve = (request: IncomingMessage, response: ServerResponse, rest: string) => void;

interface FastifyScope {
  readonly initialConfig: { ignoreTrailingSlash?: boolean; routerOptions?: { ignoreTrailingSlash?: boolean } };
  addHook(
    name: 'onRequest',
    hook: (
      request: { raw: IncomingMessage; params: unknown },
      reply: { raw: ServerResponse; hijack(): void; callNotFound(): void },
      done: () => void,
    ) => void,
  ): void;
  post(path: string, handler: () => void): void;
}

/** The paths of each application. */
const mounted = new WeakMap<AbstractHttpAdapter, string[]>();

/**
 * Has POSTs to an address served before anything of the host's reads them: its body parsers, guards, interceptors and not-found
 * handler see nothing of them. Other methods, and all else below the path, are the host's.
 *
 * - Express: a middleware that stands before those that `main.ts` and `app.init()` add.
 * - Fastify: routes in a scope of their own, whose hook takes the request before its content type is looked at. Middleware that Nest adds
 *   (`app.use`, `consumer.apply`) comes first: it is copied into each scope, in front of the scope's hooks.
 *
 * @throws EmayImsOptionsError if the application takes pushes at, above or below the path already
 */
export function mount(adapter: AbstractHttpAdapter, address: PushAddress, serve: Serve): void {
  refuseSecondMount(adapter, address.path);
  switch (adapter.getType()) {
    case 'express':
      return mountOnExpress(adapter, address, serve);
    case 'fastify':
      return mountOnFastify(adapter, address, serve);
    default:
      throw new EmayImsOptionsError(
        `EmayImsPushModule cannot start: it knows Express and Fastify, not "${adapter.getType()}".`,
      );
  }
}

/** Whichever came first would refuse the other's accounts as unknown. */
function refuseSecondMount(adapter: AbstractHttpAdapter, path: string): void {
  const paths = mounted.get(adapter) ?? [];
  const other = paths.find((each) => `${each}/`.startsWith(`${path}/`) || `${path}/`.startsWith(`${each}/`));
  if (other !== undefined) {
    throw new EmayImsOptionsError(
      `EmayImsPushModule cannot start: it is imported twice, with the paths ${other} and ${path}. Name all accounts in one import, or ` +
        'give each import a path of its own, none below another. To start an application again, make a new adapter.',
    );
  }
  mounted.set(adapter, [...paths, path]);
}

function mountOnExpress(adapter: AbstractHttpAdapter, address: PushAddress, serve: Serve): void {
  const receivePush = (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const rest = request.method === 'POST' ? restOf(request.url, address) : null;
    if (rest === null) next();
    else serve(request, response, rest);
  };
  adapter.use(receivePush);
}

/** As the routes of `mountOnFastify`. */
function restOf(url: string | undefined, { path, hasSecrets }: PushAddress): string | null {
  const [asked = ''] = (url ?? '').split('?');
  if (asked === path || asked === `${path}/`) return '';
  if (!hasSecrets || !asked.startsWith(`${path}/`)) return null;
  const rest = asked.slice(path.length + 1);
  return rest.includes('/') ? null : rest;
}

function mountOnFastify(adapter: AbstractHttpAdapter, { path, hasSecrets }: PushAddress, serve: Serve): void {
  const scope = (instance: FastifyScope, _options: unknown, done: () => void) => {
    instance.addHook('onRequest', (request, reply) => {
      const { '*': rest = '' } = Object(request.params) as { '*'?: string };
      if (rest.includes('/')) return reply.callNotFound();
      reply.hijack();
      serve(request.raw, reply.raw, rest);
    });
    const { ignoreTrailingSlash, routerOptions } = instance.initialConfig;
    const knowsBoth = ignoreTrailingSlash === true || routerOptions?.ignoreTrailingSlash === true;
    // Not a named parameter, whose length Fastify limits to 100.
    const behind = hasSecrets ? [`${path}/*`] : knowsBoth ? [] : [`${path}/`];
    for (const each of [path, ...behind]) instance.post(each, () => undefined);
    done();
  };
  void adapter.getInstance<{ register(plugin: typeof scope): unknown }>().register(scope);
}
