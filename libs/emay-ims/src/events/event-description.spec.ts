import { describe, expect, it } from '@jest/globals';
import type { EmayImsEvent } from './emay-ims-event.js';
import { describeError, describeEvent, errorText } from './event-description.js';

const occurredAt = new Date(0);

describe('what a log says', () => {
  it('of a message: which, and its number masked', () => {
    const event: EmayImsEvent = {
      ...{ type: 'message.delivered', account: 'default', occurredAt, customImsId: 'order-1', imsId: '1' },
      ...{ mobile: '+61422118000', state: 'DELIVERED', code: null, reportState: 'DELIVRD', reportDescription: null },
    };
    expect(describeEvent(event)).toBe('message.delivered (order-1, +614******00)');
  });

  it('of other events: what they are about', () => {
    const shared = { account: 'default', occurredAt };
    const orphan = { ...shared, type: 'report.orphaned', pullId: 'p', position: 0, reportState: 'X' } as const;
    expect(describeEvent({ ...orphan, customImsId: null, imsId: null, mobile: null })).toBe('report.orphaned (pull p)');
    expect(describeEvent({ ...shared, type: 'account.circuit-closed', circuit: 'reports' })).toBe(
      'account.circuit-closed',
    );
  });

  it('of an error: its kind and where it was thrown, not its words, also where these have several lines', () => {
    const { kind, frames } = describeError(new RangeError('+61422118000\nsecond line'));
    expect(kind).toBe('RangeError');
    expect(frames).toMatch(/^ +at .*event-description\.spec\.ts/);
    expect(frames).not.toMatch(/61422118000|second line/);
    expect(describeError('+61422118000')).toEqual({ kind: 'string', frames: undefined });
    expect(describeError(null).kind).toBe('object');
    expect(describeError({ name: 1, stack: [] })).toEqual({ kind: 'object', frames: undefined });
  });
});

describe('what is kept of what a durable handler threw', () => {
  it.each<[string, unknown, string]>([
    ['an error', new TypeError('no'), 'TypeError: no'],
    ['a text', 'no', 'no'],
    ['nothing', undefined, 'undefined: no message'],
    ['an object', Object.create(null), 'object: no message'],
    ['one whose parts are no texts', { name: 1, message: Symbol('x') }, 'object: no message'],
    ['a NUL and half a pair', new Error('a\0b\ud83d'), 'Error: ab\ufffd'],
    ['more than a column takes', new Error('x'.repeat(900)), `Error: ${'x'.repeat(493)}`],
  ])('%s', (_, error, text) => {
    expect(errorText(error)).toBe(text);
  });
});
