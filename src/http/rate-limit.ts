import { HttpException, HttpStatus } from '@nestjs/common';
import { rateLimit, type RateLimitRequestHandler } from 'express-rate-limit';

const MINUTE_MS = 60_000;

/** Refuses callers, by address, beyond so many requests in a minute. Counted in this process. */
export function createRateLimit(perMinute: number): RateLimitRequestHandler {
  return rateLimit({
    windowMs: MINUTE_MS,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_request, _response, next) => {
      const sentence = `More than ${perMinute} requests in a minute: wait, and send more recipients in one call.`;
      next(new HttpException(sentence, HttpStatus.TOO_MANY_REQUESTS));
    },
  });
}
