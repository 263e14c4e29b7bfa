import { ForbiddenException } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { isLoopback, readHost } from '../config/variable-values.js';

/**
 * Where no key is asked for, this machine alone may call, and a browser on it may be led here by any site: a name of its own
 * that resolves to 127.0.0.1 makes our answers the site's (DNS rebinding). So the request must name this machine.
 */
export const refuseForeignHosts: RequestHandler = (request, _response, next) => {
  const host = request.headers.host ?? '';
  if (isLoopback(nameOf(host))) return next();
  next(
    new ForbiddenException(
      'Call it by a name of this machine, such as localhost or 127.0.0.1; for any other, set API_KEY_HASHES and show a key.',
    ),
  );
};

/** Without the port. */
function nameOf(host: string): string {
  return String(readHost({ value: host.replace(/:\d*$/, '') }));
}
