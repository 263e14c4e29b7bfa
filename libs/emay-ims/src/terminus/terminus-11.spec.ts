import { describe, expect, it } from '@jest/globals';
import { ModulesContainer, type ModuleRef } from '@nestjs/core';
import type { HealthIndicatorService } from '@nestjs/terminus';
import { EmayImsService } from '../emay-ims.service.js';
import { EmayImsHealthIndicator } from './emay-ims-health.indicator.js';

describe('the indicator with terminus 11, which knows no `degraded`', () => {
  const indicators = {
    check: (key: string) => ({
      up: (data: object) => ({ [key]: { ...data, status: 'up' } }),
      down: (data: object) => ({ [key]: { ...data, status: 'down' } }),
    }),
  } as unknown as HealthIndicatorService;
  const service = { pulse: async () => ({ account: 'default', circuitOpenFor: 'ERROR_SIGN', polls: false }) };
  const moduleRef = {
    get: (token: unknown) =>
      token === ModulesContainer ? new Map([['', { providers: new Set([EmayImsService]) }]]) : service,
  } as unknown as ModuleRef;
  const indicator = new EmayImsHealthIndicator(indicators, moduleRef);

  it('is up with a list of problems', async () => {
    expect(await indicator.check('ims')).toMatchObject({ ims: { status: 'up', problems: ['circuit'] } });
  });

  it('is down where the host wants that', async () => {
    expect(await indicator.check('ims', { failOn: ['circuit'] })).toMatchObject({ ims: { status: 'down' } });
  });
});
