import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClaimedMessage } from '../messages/attempt.js';
import { closedBy, runAttempt, type RunningAttempt } from './attempt-fence.js';

const LASTS_MS = 35_000;
const message: ClaimedMessage = { customImsId: 'one', mobile: '+61422118000', content: 'Hello' };

describe('the fence of an attempt', () => {
  let [monotonic, wall] = [0, 0];
  let attempt: RunningAttempt;
  beforeEach(() => {
    [monotonic, wall] = [5_000_000, 1_795_000_000_000];
    attempt = runAttempt(
      { token: 't', lastsMs: LASTS_MS },
      {
        monotonic: () => monotonic,
        wall: () => wall,
      },
    );
  });

  it('is open from the beginning until two seconds before the end', () => {
    expect(closedBy(attempt, [message])).toBeNull();
    monotonic += LASTS_MS - 2_001;
    expect(closedBy(attempt, [message])).toBeNull();
    monotonic += 1;
    expect(closedBy(attempt, [message])).toBe('ATTEMPT_OVER');
  });

  it('goes by the wall clock where the other stood still with the machine', () => {
    wall += LASTS_MS;
    expect(closedBy(attempt, [message])).toBe('ATTEMPT_OVER');
  });

  it('goes by the monotonic clock where the other was set back', () => {
    monotonic += LASTS_MS;
    wall -= 3_600_000;
    expect(closedBy(attempt, [message])).toBe('ATTEMPT_OVER');
  });

  it('closes as soon as one of the messages has expired, by whichever clock', () => {
    const expiring = [message, { ...message, expiresInMs: 1_000 }, { ...message, expiresInMs: 60_000 }];
    monotonic += 999;
    expect(closedBy(attempt, expiring)).toBeNull();
    wall += 1_000;
    expect(closedBy(attempt, expiring)).toBe('PAST_EXPIRY');
    expect(closedBy(attempt, [message])).toBeNull();
  });

  it('is closed for what had expired when it was claimed', () => {
    expect(closedBy(attempt, [{ ...message, expiresInMs: 0 }])).toBe('PAST_EXPIRY');
    expect(closedBy(attempt, [{ ...message, expiresInMs: -5 }])).toBe('PAST_EXPIRY');
  });
});
