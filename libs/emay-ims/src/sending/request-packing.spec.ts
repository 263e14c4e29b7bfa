import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packRequests } from './request-packing.js';

describe('packing messages into requests', () => {
  const numbered = (mobiles: string[]) => mobiles.map((mobile, index) => ({ mobile, index }));

  it.each([
    [0, 0],
    [1, 1],
    [300, 1],
    [301, 2],
    [650, 3],
  ])('packs %i different numbers into %i requests', (count, requests) => {
    const messages = numbered(Array.from({ length: count }, (_, index) => `+${index}`));
    expect(packRequests(messages, 300)).toHaveLength(requests);
  });

  it('sends messages to one number in their order, each in a request of its own', () => {
    const packed = packRequests(numbered(['+1', '+1', '+2', '+1']), 300);
    expect(packed.map((request) => request.map(({ index }) => index))).toEqual([[0, 2], [1], [3]]);
  });

  it('keeps every message, no number twice in a request, no request too large, order for each number', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 1, max: 7 }), (digits, size) => {
        const messages = numbered(digits.map(String));
        const packed = packRequests(messages, size);
        expect(packed.flat().length).toBe(messages.length);
        expect(new Set(packed.flat()).size).toBe(messages.length);
        for (const request of packed) {
          expect(request.length).toBeGreaterThan(0);
          expect(request.length).toBeLessThanOrEqual(size);
          expect(new Set(request.map(({ mobile }) => mobile)).size).toBe(request.length);
        }
        for (const mobile of new Set(digits.map(String))) {
          const order = packed.flat().filter((message) => message.mobile === mobile);
          expect(order.map(({ index }) => index)).toEqual(order.map(({ index }) => index).toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it('packs 100,000 messages to one number in no more than linear steps', () => {
    expect(packRequests(numbered(Array.from({ length: 100_000 }, () => '+1')), 300)).toHaveLength(100_000);
  });
});
