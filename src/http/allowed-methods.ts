import { MethodNotAllowedException } from '@nestjs/common';
import type { RequestHandler } from 'express';

/** What Express keeps of a route. */
interface Layer {
  match(path: string): boolean;
  route?: { methods: Readonly<Record<string, boolean>> };
}

/** Answers 405 where there is something, but not for this method: 404 would say that there is nothing. */
export const refuseOtherMethods: RequestHandler = (request, response, next) => {
  const layers = request.app.router.stack as unknown as readonly Layer[];
  const routes = layers.filter((layer) => layer.route && layer.match(request.path));
  const methods = new Set(routes.flatMap(({ route }) => Object.keys(route?.methods ?? {})));
  if (methods.has('get')) methods.add('head');
  if (methods.size === 0 || methods.has('_all') || methods.has(request.method.toLowerCase())) return next();
  const allowed = [...methods].map((method) => method.toUpperCase()).toSorted();
  response.set('Allow', allowed.join(', '));
  next(new MethodNotAllowedException(`Use ${allowed.join(' or ')} here.`));
};
