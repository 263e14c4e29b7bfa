import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { EmayImsOptionsError } from '../errors/emay-ims-errors.js';

/** Serves a request; `rest`: what stands behind the path. */
type Serve = (request: IncomingMessage, response: ServerResponse, rest: string) => void;

interface FastifyScope {
  addHook(
    name: 'onRequest',
    hook: (request: { raw: IncomingMessage }, reply: { raw: ServerResponse; hijack(): void }, done: () => void) => void,
  ): void;
  post(path: string, handler: () => void): void;
}

/**
 * Has POSTs to the path and below it served before anything of the host's reads them: its body parsers, guards, interceptors and
 * not-found handler see nothing of them. Other methods are the host's.
 *
 * - Express: a middleware that stands before those that `main.ts` and `app.init()` add.
 * - Fastify: routes in a scope of their own, whose hook takes the request before its content type is looked at.
 */
export function mount(adapter: AbstractHttpAdapter, path: string, serve: Serve): void {
  switch (adapter.getType()) {
    case 'express':
      return mountOnExpress(adapter, path, serve);
    case 'fastify':
      return mountOnFastify(adapter, path, serve);
    default:
      throw new EmayImsOptionsError(
        `EmayImsPushModule cannot start: it knows Express and Fastify, not "${adapter.getType()}".`,
      );
  }
}

function mountOnExpress(adapter: AbstractHttpAdapter, path: string, serve: Serve): void {
  const receivePush = (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const rest = request.method === 'POST' ? restOf(request.url, path) : null;
    if (rest === null) next();
    else serve(request, response, rest);
  };
  adapter.use(receivePush);
}

function mountOnFastify(adapter: AbstractHttpAdapter, path: string, serve: Serve): void {
  const scope = (instance: FastifyScope, _options: unknown, done: () => void) => {
    instance.addHook('onRequest', (request, reply) => {
      reply.hijack();
      serve(request.raw, reply.raw, restOf(request.raw.url, path) ?? '');
    });
    for (const each of [path, `${path}/*`]) instance.post(each, () => undefined);
    done();
  };
  void adapter.getInstance<{ register(plugin: typeof scope): unknown }>().register(scope);
}

/** What stands behind a path, without the slash; `null`: it is another path. */
export function restOf(url: string | undefined, path: string): string | null {
  const [asked = ''] = (url ?? '').split('?');
  if (asked === path) return '';
  return asked.startsWith(`${path}/`) ? asked.slice(path.length + 1) : null;
}
