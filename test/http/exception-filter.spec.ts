import { afterEach, describe, expect, it } from '@jest/globals';
import { Catch, UseFilters, type ArgumentsHost, type Provider } from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter } from '@nestjs/core';
import {
  EmayImsConflictError,
  EmayImsOptionsError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  EmayImsValidationError,
} from 'nestjs-emay-ims';
import { EmayImsExceptionFilter } from 'nestjs-emay-ims/http';
import { PLATFORMS, startHost, type Host } from './support/failing-host.js';

const violations = [
  { index: 0, property: 'mobile', message: 'must be an international number' },
  { index: 1, property: 'content', message: 'must not be blank' },
];
const fail = (error: Error) => (): never => {
  throw error;
};
const FAILURES = {
  validation: fail(new EmayImsValidationError(violations)),
  conflict: fail(new EmayImsConflictError(['order-1'])),
  unsent: fail(new EmayImsUnsentError('order-1', 'ECONNREFUSED')),
  unconfirmed: fail(new EmayImsUnconfirmedError('order-1', 'TIMEOUT')),
  options: fail(new EmayImsOptionsError('secretKey: must be 16 characters long')),
  rejected: () => Promise.reject(new EmayImsConflictError(['order-1'])),
  other: fail(new Error('of the host')),
};

@Catch()
class CatchAll extends BaseExceptionFilter {
  override catch(_: unknown, host: ArgumentsHost): void {
    host.getArgByIndex(1).status(418).send({ by: 'the host' });
  }
}
const filter = (type: new () => object): Provider => ({ provide: APP_FILTER, useClass: type });

describe.each(Object.keys(PLATFORMS) as (keyof typeof PLATFORMS)[])('the exception filter on %s', (platform) => {
  let host: Host;
  afterEach(() => host.app.close());

  describe.each([
    ['APP_FILTER', { providers: [filter(EmayImsExceptionFilter)] }],
    ['@UseFilters with the class', { decorator: UseFilters(EmayImsExceptionFilter) as ClassDecorator }],
    ['@UseFilters with an instance', { decorator: UseFilters(new EmayImsExceptionFilter()) as ClassDecorator }],
    ['useGlobalFilters', { prepare: (app: Host['app']) => void app.useGlobalFilters(new EmayImsExceptionFilter()) }],
  ])('by %s', (_, binding) => {
    it('answers with a problem document, and leaves the rest to Nest', async () => {
      host = await startHost(platform, FAILURES, binding);
      expect(await host.get('/fail/validation')).toEqual({
        status: 400,
        type: expect.stringMatching(/^application\/problem\+json\b/),
        retryAfter: null,
        body: {
          type: 'urn:emay-ims:problem:validation',
          title: expect.any(String),
          status: 400,
          detail: expect.any(String),
          code: 'EMAY_IMS_VALIDATION',
          retryable: false,
          violations,
        },
      });
      expect(await host.get('/fail/unsent')).toMatchObject({
        status: 503,
        retryAfter: '10',
        body: { status: 503, code: 'EMAY_IMS_UNSENT', retryable: true, customImsIds: ['order-1'] },
      });
      expect(await host.get('/fail/unconfirmed')).toMatchObject({ status: 202, retryAfter: null });
      expect(await host.get('/fail/rejected')).toMatchObject({ status: 409, body: { code: 'EMAY_IMS_CONFLICT' } });
      expect(await host.get('/missing')).toMatchObject({ status: 404, body: { message: 'There is none.' } });
      expect(await host.get('/fail/other')).toMatchObject({ status: 500, body: { message: 'Internal server error' } });
    });
  });

  it('does as its options say', async () => {
    const own = new EmayImsExceptionFilter({ typeBase: 'https://example.com/problems/', retryAfterSeconds: 3 });
    host = await startHost(platform, FAILURES, { providers: [{ provide: APP_FILTER, useValue: own }] });
    expect(await host.get('/fail/unsent')).toMatchObject({
      retryAfter: '3',
      body: { type: 'https://example.com/problems/unsent' },
    });
  });

  it('goes before a filter of the host that stands before it', async () => {
    host = await startHost(platform, FAILURES, { providers: [filter(CatchAll), filter(EmayImsExceptionFilter)] });
    expect(await host.get('/fail/conflict')).toMatchObject({ status: 409 });
    expect(await host.get('/fail/other')).toMatchObject({ status: 418, body: { by: 'the host' } });
  });

  it('tells nothing of what only the operator can mend', async () => {
    host = await startHost(platform, FAILURES, { providers: [filter(EmayImsExceptionFilter)] });
    const { status, body } = await host.get('/fail/options');
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('secretKey');
  });

  it('ends an answer that has begun', async () => {
    host = await startHost(platform, FAILURES, { providers: [filter(EmayImsExceptionFilter)] });
    const response = await fetch(`${await host.app.getUrl()}/begun/conflict`);
    expect([response.status, await response.text()]).toEqual([200, 'begun']);
  });
});
