import type { Said } from './verdict-en.js';

export interface AdviceWords {
  readonly title: (said: Said) => string;
  readonly todo: string;
}

/** By the id of the advice. What a newer server says and is not here is shown by its id and values. */
export const adviceEn: Record<string, AdviceWords> = {
  'circuit-open': {
    title: (said) => `Nothing is submitted: ${said('code')}`,
    todo: 'If the code names the account (key, IP, balance), correct that. Otherwise the gateway or the way to it is disturbed. The circuit closes by itself once the gateway answers again.',
  },
  'reports-blocked': {
    title: (said) => `The gateway hands out no reports: ${said('code')}`,
    todo: 'If the code names the account, correct it. With REPEATED_PAGE, ask Emay: the same batch comes again and again.',
  },
  'spool-failed': {
    title: (said) => `The spool folder cannot be used: ${said('code')}`,
    todo: 'Make it writable: without it, reports are lost if the database is away during a poll.',
  },
  'set-aside': {
    title: (said) => `Report batches set aside: ${said('pages')}`,
    todo: 'They failed several times. Fix the cause, which the log names, then try them again.',
  },
  'queue-waits': {
    title: (said) => `The oldest ready message has waited ${said('forMs')}`,
    todo: 'See that an instance submits and that the circuit is closed. If the queue only shrinks too slowly, raise dispatch.concurrency.',
  },
  'reported-unsent': {
    title: (said) => `Reported, but never submitted from here: ${said('messages')}`,
    todo: 'Another system sends with this account, or a backup was restored. Stop the other sender before you decide.',
  },
  doubts: {
    title: (said) => `Messages in doubt: ${said('messages')}`,
    todo: 'Most get a report within minutes. Decide the rest.',
  },
  'possible-losses': {
    title: (said) => `Batches that may be lost: ${said('pulls')}, at most ${said('reports')} reports`,
    todo: 'Ask Emay for the reports of that time.',
  },
  'unreadable-pages': {
    title: (said) => `Unreadable report batches: ${said('pages')}`,
    todo: 'Ask Emay about the format; they are kept byte by byte.',
  },
  'spooled-pages': {
    title: (said) => `Report batches in spool files of this machine: ${said('pages')}`,
    todo: 'They are stored as soon as the database takes them.',
  },
  'failed-events': {
    title: (said) => `Events whose handler gave up: ${said('events')}`,
    todo: 'Fix the handler, then retry them.',
  },
  quarantined: {
    title: (said) => `Malformed reports: ${said('reports')}`,
    todo: 'Ask Emay about the format; they are kept as received.',
  },
  'many-orphans': {
    title: (said) => `Reports that match no message: ${said('share')} within a day`,
    todo: 'Another system may send or poll with the same AppId.',
  },
  'dispatch-off': {
    title: () => 'This instance does not submit',
    todo: 'Messages leave only if another instance has dispatch.enabled.',
  },
  'polling-off': {
    title: () => 'This instance does not poll for reports',
    todo: 'Reports arrive only if another instance has reports.enabled.',
  },
};
