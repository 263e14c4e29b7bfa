import type { Verdict } from '../api/types.js';

/** Values of a verdict, formatted for reading: times, durations, codes; an empty text where nothing is known. */
export type Said = (name: string) => string;

export interface VerdictWords {
  readonly title: string;
  readonly know: (said: Said) => string;
  readonly dontKnow: string;
}

export const verdictEn: Record<Verdict['id'], VerdictWords> = {
  delivered: { title: 'Delivered', know: () => 'A report says that it reached the phone.', dontKnow: '' },
  undeliverable: {
    title: 'Could not be delivered',
    know: () => 'The gateway took it; a report says that the carrier could not deliver it.',
    dontKnow: 'Whether another try would reach the phone.',
  },
  rejected: { title: 'Refused', know: () => 'The gateway or a report refused it. It was not delivered.', dontKnow: '' },
  queued: { title: 'Waits to be submitted', know: () => 'It is stored. No request with it has left.', dontKnow: '' },
  held: {
    title: 'On hold',
    know: () => 'A direct send failed before anything left. It waits for its caller, and expires after an hour.',
    dontKnow: 'Whether the caller will try again.',
  },
  'in-flight': {
    title: 'In flight',
    know: () => 'A request with it may have left. Its answer is awaited.',
    dontKnow: 'What the gateway will answer.',
  },
  accepted: {
    title: 'Taken by the gateway',
    know: (said) =>
      said('p50Ms')
        ? `The gateway took it. Usually a report follows within ${said('p50Ms')}; 95 % within ${said('p95Ms')}.`
        : 'The gateway took it. Its report is awaited.',
    dontKnow:
      'Whether it reached the phone. Without a report it becomes UNKNOWN at its deadline, which the details show.',
  },
  doubt: {
    title: 'Nobody knows whether it was sent',
    know: (said) =>
      `A request with it left${said('submittedAt') && ` (${said('submittedAt')})`}, and no usable answer came${said('code') && `: ${said('code')}`}.`,
    dontKnow: 'Whether the gateway took it. A report would tell; most come within minutes.',
  },
  'doubt-proved-sent': {
    title: 'It was sent after all',
    know: () => 'Its request got no usable answer, but a report proves that the gateway took it.',
    dontKnow: '',
  },
  'reported-unsent': {
    title: 'Reported, but never submitted from here',
    know: () => 'A report arrived for it, though this database never submitted it.',
    dontKnow: 'Who sent it: another system, or this one before a backup was restored.',
  },
  unknown: {
    title: 'Delivery unknown',
    know: () => 'The gateway took it, but no conclusive report came in time.',
    dontKnow: 'Whether it reached the phone. A late report still counts.',
  },
  'given-up': {
    title: 'Given up by a person',
    know: () => 'Nobody learned whether the gateway took it, and a person closed it.',
    dontKnow: 'Whether it reached the phone. A late report still counts.',
  },
  cancelled: { title: 'Withdrawn', know: () => 'It was withdrawn before any request with it left.', dontKnow: '' },
  expired: { title: 'Expired', know: () => 'Its expiry passed before any request with it left.', dontKnow: '' },
};
