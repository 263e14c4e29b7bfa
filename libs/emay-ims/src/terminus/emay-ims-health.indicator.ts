import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { EmayImsService } from '../emay-ims.service.js';
import { DEFAULT_ACCOUNT } from '../emay-ims.tokens.js';
import { findAccount } from '../accounts/find-account.js';
import { EmayImsStoreError } from '../errors/emay-ims-errors.js';
import type { ImsAccountPulse } from '../operator/account-pulse.js';
import { withinTime } from '../operator/within-time.js';
import { judgeHealth, type EmayImsHealthOptions } from './health-verdict.js';

const TIMEOUT_MS = 1_000;

/**
 * Tells `@nestjs/terminus` how an account fares: database, circuit, oldest message that is due, last good pull, lease.
 *
 * - Counts nothing: how much is queued, or waits for a person or a handler, does not make it late.
 * - `down` when the database does not answer, or takes no writes: then nothing can be taken.
 * - Anything else is reported, and fails the check only where `failOn` names it: a gateway that is away must not take
 *   every instance out of service, which can still queue.
 * - Reported problems show as `degraded` with terminus 12, and as `up` with a list of `problems` with terminus 11.
 */
@Injectable()
export class EmayImsHealthIndicator {
  private readonly since = performance.now();

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly moduleRef: ModuleRef,
  ) {}

  /**
   * @param key the name it gets in terminus's answer
   * @throws EmayImsOptionsError where there is no account of that name
   */
  async check<const Key extends string>(
    key: Key,
    options: EmayImsHealthOptions = {},
  ): Promise<HealthIndicatorResult<Key>> {
    const { account = DEFAULT_ACCOUNT, failOn = [], timeoutMs = TIMEOUT_MS } = options;
    const session = this.indicators.check(key);
    const pulse = await pulseOf(findAccount(this.moduleRef, account), timeoutMs);
    if (typeof pulse === 'string') return session.down({ account, database: 'down', code: pulse });
    const facts = { ...judgeHealth(pulse, options, performance.now() - this.since) };
    if (facts.problems.some((problem) => failOn.includes(problem))) return session.down(facts);
    // Terminus 11 knows no `degraded`.
    return facts.problems.length === 0 || !('degraded' in session) ? session.up(facts) : session.degraded(facts);
  }
}

/** The pulse, or the code of what keeps the database from answering or writing. */
async function pulseOf(service: EmayImsService, timeoutMs: number): Promise<ImsAccountPulse | string> {
  try {
    return await withinTime(service.pulse(), timeoutMs);
  } catch (error) {
    if (error instanceof EmayImsStoreError) return error.driverCode;
    throw error;
  }
}
