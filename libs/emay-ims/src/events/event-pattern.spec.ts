import { describe, expect, it } from '@jest/globals';
import { IMS_MESSAGE_STATES } from '../messages/message-state.js';
import { EMAY_IMS_EVENT_TYPES, EVENT_OF_STATE } from './emay-ims-event.js';
import { typesOf } from './event-pattern.js';

describe('a pattern of events', () => {
  it.each([
    ['message.delivered', ['message.delivered']],
    ['report.*', ['report.orphaned', 'report.quarantined']],
    ['reports.*', ['reports.possible-loss', 'reports.set-aside', 'reports.blocked']],
    ['reports.possible-loss', ['reports.possible-loss']],
    ['account.*', ['account.circuit-opened', 'account.circuit-closed']],
    ['*', EMAY_IMS_EVENT_TYPES],
    ...['message', 'message.', 'message.sent', 'Message.delivered', 'mess.*', '.*', ''].map(
      (text) => [text, []] as const,
    ),
    ...[undefined, null, 1, ['*']].map((noText) => [noText, []] as const),
  ])('%j stands for %j', (pattern, types) => {
    expect(typesOf(pattern)).toEqual(types);
  });

  it('of messages stands for one event for each state but those that a message has within, and CANCELLED', () => {
    const silent = IMS_MESSAGE_STATES.filter((state) => EVENT_OF_STATE[state] === undefined);
    expect(silent).toEqual(['QUEUED', 'SUBMITTING', 'CANCELLED']);
    expect(typesOf('message.*').toSorted()).toEqual(Object.values(EVENT_OF_STATE).toSorted());
  });
});
