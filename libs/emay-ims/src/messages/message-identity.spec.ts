import { describe, expect, it } from '@jest/globals';
import { conflictingIds, isSamePayload } from './message-identity.js';
import type { NewMessage } from './new-message.js';

const message = (given: Partial<NewMessage> = {}): NewMessage => ({
  customImsId: 'one',
  mobile: '+61422118000',
  content: 'Hello',
  priority: 0,
  sendAt: null,
  expiresAt: null,
  ...given,
});

describe('the payload of a message', () => {
  it('is the same for the same recipient and text, whenever and however urgently it is to be sent', () => {
    const again = message({ priority: 9, sendAt: new Date(), expiresAt: new Date(), customImsId: 'two' });
    expect(isSamePayload(message(), again)).toBe(true);
  });

  it.each([
    ['number', { mobile: '+61422118001' }],
    ['text', { content: 'Hello!' }],
    ['case', { content: 'hello' }],
    ['blank at the end', { content: 'Hello ' }],
  ])('is another with another %s', (_, other) => {
    expect(isSamePayload(message(), message(other))).toBe(false);
  });

  it('is another with an accent written in another way: the bytes on the wire differ', () => {
    expect(isSamePayload(message({ content: '\u00e9' }), message({ content: 'e\u0301' }))).toBe(false);
  });
});

describe('conflicting ids', () => {
  it('are those stored with another payload; not those that are new or the same', () => {
    const wanted = [
      message({ customImsId: 'same' }),
      message({ customImsId: 'other' }),
      message({ customImsId: 'new' }),
    ];
    const stored = new Map([
      ['same', message()],
      ['other', message({ content: 'Another text' })],
      ['not wanted', message({ content: 'Another text' })],
    ]);
    expect(conflictingIds(wanted, stored)).toEqual(['other']);
    expect(conflictingIds([], stored)).toEqual([]);
    expect(conflictingIds(wanted, new Map())).toEqual([]);
  });
});
