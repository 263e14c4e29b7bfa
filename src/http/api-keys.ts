import { createHash, timingSafeEqual } from 'node:crypto';
import { UnauthorizedException } from '@nestjs/common';
import type { Request, RequestHandler } from 'express';
import { isOfConsole } from '../console/console-path.js';
import { hasBody, refuseUnread } from './json-body.js';

/** The keys that may call, of which only the hashes are known. */
export class ApiKeys {
  private readonly hashes: readonly Buffer[];

  /** @param hashes SHA-256 in hex, separated by commas */
  constructor(hashes: string | undefined) {
    this.hashes = hashes === undefined ? [] : hashes.split(',').map((hash) => Buffer.from(hash, 'hex'));
  }

  /** Without any the application listens on loopback alone, and everybody is in. */
  get areAsked(): boolean {
    return this.hashes.length > 0;
  }

  /** @throws UnauthorizedException where none is shown, as `Authorization: Bearer KEY` or `X-API-Key: KEY` */
  check(request: Request): void {
    if (!this.areAsked) return;
    const bearer = /^Bearer +(.+)$/i.exec(request.header('authorization') ?? '')?.[1];
    // An empty one is none, as of a client whose variable is not set.
    const key = request.header('x-api-key') || bearer;
    const hash = createHash('sha256')
      .update(key ?? '')
      .digest();
    // Every hash is compared, so the time tells nothing about which one came close.
    const isKnown = this.hashes.map((known) => timingSafeEqual(known, hash)).includes(true);
    if (!key || !isKnown) throw new UnauthorizedException('Show an API key: Authorization: Bearer KEY.');
  }
}

/** Asks for the key before a body is read, whoever it is for: guards come after that. */
export function askBeforeBody(keys: ApiKeys): RequestHandler {
  return (request, response, next) => {
    try {
      if (hasBody(request) && !isOfConsole(request)) keys.check(request);
    } catch (refusal) {
      return refuseUnread(request, response, next, refusal as UnauthorizedException);
    }
    next();
  };
}
