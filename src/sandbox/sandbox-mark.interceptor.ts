import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Request } from 'express';
import { map, type Observable } from 'rxjs';

/** On every answer of a sandbox: nobody shall take its DELIVERED for a real one. */
export const SANDBOX_HEADERS: Readonly<Record<string, string>> = { 'Emay-Ims-Sandbox': 'true' };

/** Says so in the bodies as well, but for those that are tables of their own: counts by state, health. */
@Injectable()
export class SandboxMarkInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { path } = context.switchToHttp().getRequest<Request>();
    if (!path.startsWith('/api/') || path === '/api/stats') return next.handle();
    return next.handle().pipe(map((body: unknown) => (isRecord(body) ? { sandbox: true, ...body } : body)));
  }
}

function isRecord(body: unknown): body is object {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}
