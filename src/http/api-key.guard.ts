import { createHash, timingSafeEqual } from 'node:crypto';
import {
  applyDecorators,
  Injectable,
  SetMetadata,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Reflector } from '@nestjs/core';
import { ApiSecurity } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Environment } from '../config/environment.js';

const PUBLIC = 'public';

/** Marks a controller that anybody may call. */
export function Public(): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(PUBLIC, true), ApiSecurity({}));
}

/**
 * Lets in who shows a key, as `Authorization: Bearer KEY` or `X-API-Key: KEY`. Only hashes of the keys are known here,
 * and they are compared in constant time. Without any the application listens on loopback alone, and everybody is in.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly hashes: readonly Buffer[];

  constructor(
    private readonly reflector: Reflector,
    config: ConfigService<Environment, true>,
  ) {
    const hashes = config.get('API_KEY_HASHES', { infer: true });
    this.hashes = hashes === undefined ? [] : hashes.split(',').map((hash) => Buffer.from(hash, 'hex'));
  }

  canActivate(context: ExecutionContext): boolean {
    if (this.hashes.length === 0) return true;
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()])) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const key = request.header('x-api-key') ?? /^Bearer (.+)$/i.exec(request.header('authorization') ?? '')?.[1];
    const hash = createHash('sha256')
      .update(key ?? '')
      .digest();
    // Every hash is compared, so the time tells nothing about which one came close.
    const isKnown = this.hashes.map((known) => timingSafeEqual(known, hash)).includes(true);
    if (key === undefined || !isKnown) throw new UnauthorizedException('Show an API key: Authorization: Bearer KEY.');
    return true;
  }
}
