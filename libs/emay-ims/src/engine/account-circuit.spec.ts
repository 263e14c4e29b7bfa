import { beforeEach, describe, expect, it } from '@jest/globals';
import { AccountCircuit } from './account-circuit.js';

describe('the circuit of an account', () => {
  let now = 0;
  let turns: (string | null)[] = [];
  beforeEach(() => {
    turns = [];
  });
  const newCircuit = () =>
    new AccountCircuit(
      { minBackoffMs: 100, maxBackoffMs: 1_000 },
      ({ reason }) => turns.push(reason),
      () => now,
      () => 1,
    );

  it('lets everything through while the gateway answers in order', () => {
    const circuit = newCircuit();
    expect(circuit.enter()).toBe('all');
    circuit.succeeded();
    expect(circuit.enter()).toBe('all');
    expect(circuit).toMatchObject({ reason: null, refusesAccount: false });
  });

  it('lets nothing through after a failure, then one probe at a time, then everything', () => {
    const circuit = newCircuit();
    circuit.failed('ERROR_SIGN', true);
    expect(circuit.enter()).toBe('none');
    now += 100;
    expect(circuit.enter()).toBe('probe');
    expect(circuit.enter()).toBe('none');
    circuit.succeeded();
    circuit.leave();
    expect(circuit.enter()).toBe('all');
  });

  it('stays open, for the next probe, when a probe found nothing to send', () => {
    const circuit = newCircuit();
    circuit.failed('ECONNREFUSED', false);
    now += 100;
    expect(circuit.enter()).toBe('probe');
    circuit.leave();
    expect(circuit.enter()).toBe('probe');
  });

  it('tells when it opens and when it closes, once each', () => {
    const circuit = newCircuit();
    circuit.succeeded();
    circuit.failed('ECONNREFUSED', false);
    circuit.failed('ECONNRESET', false);
    circuit.succeeded();
    circuit.succeeded();
    expect(turns).toEqual(['ECONNREFUSED', null]);
  });

  it('doubles its backoff up to the longest', () => {
    const circuit = newCircuit();
    const pauses: number[] = [];
    for (let round = 0; round < 6; round++) {
      pauses.push(circuit.failed('ETIMEDOUT', false));
      now += 10_000;
      circuit.enter();
      circuit.leave();
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('counts requests that were in flight together, and fail together, once', () => {
    const circuit = newCircuit();
    expect([1, 2, 3, 4].map(() => circuit.failed('ECONNRESET', false))).toEqual([100, 100, 100, 100]);
  });

  it('counts a failure at the very end of the backoff, and begins again after a success', () => {
    const circuit = newCircuit();
    circuit.failed('ETIMEDOUT', false);
    now += 100;
    expect(circuit.failed('ETIMEDOUT', false)).toBe(200);
    circuit.succeeded();
    expect(circuit.failed('ETIMEDOUT', false)).toBe(100);
  });

  it('is backing off until its backoff is over, or it is closed', () => {
    const circuit = newCircuit();
    expect(circuit.isBackingOff).toBe(false);
    circuit.failed('ECONNREFUSED', false);
    now += 99;
    expect(circuit.isBackingOff).toBe(true);
    now += 1;
    expect(circuit.isBackingOff).toBe(false);
    circuit.failed('ECONNREFUSED', false);
    circuit.succeeded();
    expect(circuit.isBackingOff).toBe(false);
  });

  it('refuses direct sends only while the account itself is refused', () => {
    const circuit = newCircuit();
    circuit.failed('ECONNREFUSED', false);
    expect(circuit.isAccountRefused).toBe(false);
    circuit.failed('ERROR_SIGN', true);
    now += 99;
    expect(circuit.isAccountRefused).toBe(true);
    now += 1;
    expect(circuit.isAccountRefused).toBe(false);
    circuit.failed('ERROR_SIGN', true);
    circuit.succeeded();
    expect(circuit.isAccountRefused).toBe(false);
  });

  it('spreads pauses, so that instances do not come back together', () => {
    const shortest = new AccountCircuit(
      { minBackoffMs: 100, maxBackoffMs: 100 },
      () => undefined,
      () => 0,
      () => 0,
    );
    expect(shortest.failed('x', false)).toBe(50);
  });

  it('tells as well when it learns, while open, that the account itself is refused', () => {
    const circuit = newCircuit();
    circuit.failed('ECONNREFUSED', false);
    circuit.failed('ERROR_SIGN', true);
    expect(turns).toEqual(['ECONNREFUSED', 'ERROR_SIGN']);
    circuit.failed('ERROR_SIGN', true);
    circuit.succeeded();
    expect(turns).toEqual(['ECONNREFUSED', 'ERROR_SIGN', null]);
  });
});
