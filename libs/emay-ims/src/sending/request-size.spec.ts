import { describe, expect, it } from '@jest/globals';
import { RequestSize } from './request-size.js';

const MOST = 300;
const WHOLE = { isHalfProven: false };
const newSize = (maxBatchSize = MOST) => new RequestSize(WHOLE, maxBatchSize);

/** Sizes of requests one after another, to a gateway whose answer comes through as told. */
function send(size: RequestSize, requests: number, comesThrough: (messages: number) => boolean): number[] {
  return Array.from({ length: requests }, () => {
    const messages = size.limit;
    if (comesThrough(messages)) size.succeeded(messages);
    else size.unconfirmed(messages);
    return messages;
  });
}

describe('how many messages a request carries', () => {
  it('is as many as allowed, until an outcome is in doubt', () => {
    const size = newSize();
    expect([size.limit, size.isSmall]).toEqual([MOST, false]);
    expect(send(size, 3, () => true)).toEqual([MOST, MOST, MOST]);
    expect(size.isSmall).toBe(false);
  });

  it('is one on a half-proven address', () => {
    const size = new RequestSize({ isHalfProven: true }, MOST);
    expect([size.limit, size.isSmall]).toEqual([1, true]);
  });

  it('doubles from one after a single answer was lost, and is small until the size that failed comes through', () => {
    const size = newSize();
    size.unconfirmed(MOST);
    expect(send(size, 9, () => true)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256]);
    expect([size.limit, size.isSmall]).toEqual([MOST, true]);
    send(size, 1, () => true);
    expect([size.limit, size.isSmall]).toEqual([MOST, false]);
  });

  it('counts once what was under way together, whatever becomes of the rest', () => {
    const size = newSize();
    for (let request = 0; request < 4; request++) size.unconfirmed(MOST);
    size.succeeded(MOST);
    expect(size.limit).toBe(1);
    expect(send(size, 10, () => true).at(-1)).toBe(MOST);
    expect(size.isSmall).toBe(false);
  });

  it('doubles only what has come through: small requests do not prove large ones', () => {
    const size = newSize();
    size.unconfirmed(MOST);
    for (let request = 0; request < 20; request++) size.succeeded(1);
    expect(size.limit).toBe(2);
  });

  it.each([1, 13, 150, 299])('where no more than %d ever come through, few are lost and all others go', (most) => {
    const size = newSize();
    const sizes = send(size, 10_000, (messages) => messages <= most);
    const lost = sizes.filter((messages) => messages > most);
    expect(lost.length).toBeLessThanOrEqual(20);
    expect(lost.slice(1).every((messages) => messages <= 2 * most)).toBe(true);
    const gone = sizes.filter((messages) => messages <= most).reduce((sum, messages) => sum + messages, 0);
    expect(gone).toBeGreaterThan(10_000 * most * 0.4);
  });

  it('is large again some time after a long trouble is over', () => {
    const size = newSize();
    send(size, 10_000, (messages) => messages <= 13);
    expect(send(size, 1_100, () => true).at(-1)).toBe(MOST);
    expect(size.isSmall).toBe(false);
  });

  it('hardly suffers where one answer in a hundred is lost', () => {
    const size = newSize();
    let request = 0;
    const sizes = send(size, 10_000, () => ++request % 100 !== 0);
    expect(sizes.filter((messages) => messages === MOST).length).toBeGreaterThan(8_500);
  });

  it('is small after a single message in doubt, too, and says nothing of larger ones', () => {
    const size = newSize();
    size.unconfirmed(1);
    expect([size.limit, size.isSmall]).toEqual([1, true]);
    expect(send(size, 9, () => true).at(-1)).toBe(256);
    expect(size.isSmall).toBe(false);
  });

  it('is small after doubt even where one message is all that is allowed', () => {
    const size = newSize(1);
    size.unconfirmed(1);
    expect([size.limit, size.isSmall]).toEqual([1, true]);
    size.succeeded(1);
    expect([size.limit, size.isSmall]).toEqual([1, false]);
  });
});
