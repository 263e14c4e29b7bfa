import { describe, expect, it } from '@jest/globals';
import { checkLines, exitCodeOf, fail, notVerified, ok } from './check.js';
import { checkClock, readingOf } from './clock-check.js';
import { handshakeFailure } from './handshake-failure.js';
import { checkNode } from './machine-checks.js';

describe('exitCodeOf', () => {
  it('is 1 for a failure, else 2 for what could not be verified, else 0', () => {
    expect(exitCodeOf([ok('a', ''), notVerified('b', ''), fail('c', '')])).toBe(1);
    expect(exitCodeOf([ok('a', ''), notVerified('b', '')])).toBe(2);
    expect(exitCodeOf([ok('a', '')])).toBe(0);
  });
});

describe('checkLines', () => {
  it('aligns what was found, and puts what to do below it', () => {
    expect(checkLines([ok('disk', 'fine'), notVerified('signature', 'not asked for', 'Ask.')])).toEqual([
      '[ok]            disk       fine',
      '[not verified]  signature  not asked for',
      '                           → Ask.',
    ]);
  });
});

describe('checkNode', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0'])('takes %s', (version) => {
    expect(checkNode(version).outcome).toBe('ok');
  });

  it.each(['20.18.9', '18.20.0'])('refuses %s', (version) => {
    expect(checkNode(version)).toMatchObject({ outcome: 'fail', todo: 'Install Node 20.19 or newer.' });
  });
});

describe('handshakeFailure', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /NODE_EXTRA_CA_CERTS/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /NODE_EXTRA_CA_CERTS/],
    ['CERT_UNTRUSTED', /NODE_EXTRA_CA_CERTS/],
    ['INVALID_CA', /NODE_EXTRA_CA_CERTS/],
    ['CERT_HAS_EXPIRED', /its time is over/],
    ['CERT_NOT_YET_VALID', /clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /another name/],
    ['HOSTNAME_MISMATCH', /another name/],
  ])('%s is told as what is wrong with the certificate', (code, advice) => {
    const { found, todo } = handshakeFailure(code);
    expect([found, todo]).toEqual([code, expect.stringMatching(advice)]);
  });

  it.each([
    'EPROTO',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
    'ECONNRESET',
    'TLS_TIMEOUT',
  ])('%s came before any certificate', (code) => {
    const { found, todo } = handshakeFailure(code);
    expect(found).toBe(`no TLS connection (${code})`);
    expect(todo).toMatch(/http:\/\//);
    expect(todo).not.toContain('NODE_EXTRA_CA_CERTS');
  });
});

describe('checkClock', () => {
  it('takes what is within a minute', () => {
    const database = [{ whose: 'the database', aheadMs: 999 }];
    expect(checkClock([{ whose: 'gateway', aheadMs: -60_000 }], database)).toMatchObject({
      outcome: 'ok',
      found: 'the database agrees, gateway is 60 s behind',
    });
  });

  it('refuses what is further off, and says what to do', () => {
    const check = checkClock([{ whose: 'gateway', aheadMs: 61_000 }]);
    expect(check).toMatchObject({ outcome: 'fail', found: 'gateway is 61 s ahead' });
    expect(check.todo).toContain('ERROR_TIMESTAMP');
  });

  it('verifies nothing without the gateway’s clock, but finds one that is far off', () => {
    expect(checkClock([]).outcome).toBe('not verified');
    expect(checkClock([], [{ whose: 'the database', aheadMs: 0 }])).toMatchObject({
      outcome: 'not verified',
      found: 'the gateway did not tell its time; the database agrees',
    });
    expect(checkClock([], [{ whose: 'the database', aheadMs: 61_000 }]).outcome).toBe('fail');
  });

  it('reads another clock against the middle of asking and being answered', () => {
    expect(readingOf('x', 1_500, 1_000, 1_200).aheadMs).toBe(400);
  });
});
