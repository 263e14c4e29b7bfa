import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { rawOf } from '../http/exchange.js';
import { setSecureHeaders } from '../http/secure-headers.js';

/** Comes before the host's guards: what those answer carries the console's headers, too. */
export class HeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const [, response] = rawOf(context.getArgByIndex(0), context.getArgByIndex(1));
    setSecureHeaders(response);
    return true;
  }
}
