import { IMS_MESSAGE_STATES, type ImsAccountStatus } from 'nestjs-emay-ims';
import type { AccountOperations, NewAuditEntry, OperatorMessage, SearchPage } from '../../src/operations.js';

/** Stands in every field that could hold a number, and what must not reach who sees it masked. */
export const NUMBER = '+61422118000';
export const DIGITS = '61422118000';
export const TEXT = 'Parcel waits, code kv8819';

const AT = new Date('2026-11-29T10:00:00.000Z');
const COUNTS = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 1])) as Record<
  (typeof IMS_MESSAGE_STATES)[number],
  number
>;
const LATENCY = { p50Ms: 1_000, p95Ms: 2_000, delivered: 1 };
const PULSE = {
  account: 'default',
  circuitOpenFor: null,
  oldestDueAt: null,
  oldestDueForMs: null,
  dispatches: true,
  listens: false,
  polls: true,
  pollEveryMs: 1_000,
  reportSource: 'pull',
  lastPushAt: null,
  lastGoodPullAt: AT,
  lastGoodPullForMs: 3_000,
  pollLease: 'this-instance',
  pollLeaseUntil: AT,
  reportsBlockedFor: null,
  setAsidePages: 0,
  spooledPages: 0,
  spoolFailure: null,
};
const STATUS = { ...PULSE, unconfirmed: 1 } as unknown as ImsAccountStatus;
const RAW = `{"imses":[{"mobile":"${DIGITS}","customImsId":"order-1","state":"DELIVRD","content":"${TEXT}"}]} ${DIGITS.slice(0, 5)} ${DIGITS.slice(5)}`;

export function messageWith(fields: Partial<OperatorMessage> = {}): OperatorMessage {
  return {
    ...{ customImsId: 'order-1', imsId: 'g-1', mobile: NUMBER, country: 'AU', content: TEXT, state: 'UNCONFIRMED' },
    ...{ code: 'TIMEOUT', priority: 0, attempts: 1, sendAt: null, expiresAt: null, dueAt: null, createdAt: AT },
    ...{ submittedAt: AT, acceptedAt: null, finalAt: null, reportState: null, reportDescription: `to ${NUMBER}` },
    ...{ gatewaySubmitTime: null, gatewayReceiveTime: null },
    ...fields,
  };
}

export function pageOf<Item>(items: Item[], next: string | null = null): SearchPage<Item> {
  return { items, next, searchedTo: null, matches: { n: items.length, exact: true }, asOf: AT };
}

/** One account that answers everything, and keeps what it was asked. */
export class FakeAccount {
  readonly calls: { name: string; args: unknown[] }[] = [];
  readonly audited: NewAuditEntry[] = [];
  /** In the place of an answer. */
  readonly replies = new Map<string, (...args: never[]) => unknown>();

  constructor(readonly account: string) {}

  asked(name: string): unknown[][] {
    return this.calls.filter((call) => call.name === name).map(({ args }) => args);
  }

  get operations(): AccountOperations {
    const answers: Record<string, unknown> = this.answers();
    return new Proxy({} as AccountOperations, {
      get: (_target, name: string) => {
        if (name === 'account') return this.account;
        return async (...args: never[]) => {
          this.calls.push({ name, args });
          if (name === 'record') this.audited.push(args[0]!);
          return (this.replies.get(name) ?? (() => answers[name]))(...args);
        };
      },
    });
  }

  private answers(): { [Name in keyof AccountOperations]?: unknown } {
    const message = messageWith();
    const figures = {
      ...{ asOf: AT, country: 'AU', messages: 12, states: COUNTS, deliveredShare: 0.5, latency: LATENCY },
      ...{ codes: [{ code: 'TIMEOUT', messages: 1 }], perHour: 1 },
    };
    const series = { slotMs: 60_000, from: 0, points: [] };
    const progress = { id: 'a1', action: 'resend', state: 'done', count: 1, done: 1, changedSince: 0, changedIds: [] };
    const step = { kind: 'decided', at: AT, attempt: null, code: null, source: 'resolution', by: 'ann' };
    const resolution = { id: 'r1', account: 'default', customImsId: 'order-1', decision: 'resend', decidedBy: 'ann' };
    return {
      overview: {
        ...{ asOf: AT, range: '24h', status: STATUS, totals: COUNTS, inRange: COUNTS, latency: LATENCY, series },
        ...{ deliveredShare: 0.5, queued: 1, inFlight: 0, submittedPerMinute: 1, codes: [] },
        advice: [{ id: 'doubts', level: 'warning', values: { newest: `order-1 to ${NUMBER}` } }],
      },
      search: pageOf([message]),
      message: {
        message,
        timeline: [{ ...step, detail: `called ${NUMBER}`, reason: `asked 0422 118-000 00` }],
        verdict: { id: 'doubt', resend: 'second-sms', values: { mobile: NUMBER } },
        resolutions: [{ ...resolution, reason: `customer ${NUMBER} called`, decidedAt: AT }],
        rawAnswer: RAW,
        others: [messageWith({ customImsId: 'order-2' })],
        actions: ['resend', 'give-up'],
      },
      doubts: pageOf([
        {
          ...{ id: 'i1', code: 'TIMEOUT', from: AT, to: AT, count: 1, countries: { AU: 1 } },
          provedSent: { messages: 0, by: 'minute', asOf: AT },
        },
      ]),
      doubtful: pageOf([message]),
      reports: pageOf([
        {
          ...{
            kind: 'quarantined',
            id: 'p1',
            at: AT,
            customImsId: 'order-1',
            imsId: null,
            mobile: NUMBER,
            state: null,
          },
          ...{ reports: 1, reason: `mobile ${DIGITS} with ${TEXT}`, raw: RAW, actions: ['acknowledge'] },
        },
      ]),
      countries: [figures],
      country: {
        ...figures,
        ...{ range: '24h', asOf: AT, series, sampled: 2 },
        prefixes: [
          { prefix: '+61422', messages: 12, deliveredShare: 1 },
          { prefix: '+61499', messages: 1, deliveredShare: 1 },
        ],
      },
      events: pageOf([
        {
          ...{ id: 'e1', handler: 'h', event: 'message.delivered', customImsId: 'order-1', state: 'FAILED' },
          ...{ attempts: 3, nextAt: null, at: AT, error: `could not tell ${NUMBER}: ${TEXT}` },
        },
      ]),
      handlers: [{ handler: 'h', pending: 0, failed: 1, countedTo: 10_001, oldestAt: AT }],
      details: {
        ...{ account: 'default', options: { note: `on-call ${NUMBER}` }, leases: [], status: STATUS, version: '0.1.0' },
        database: { type: 'sqlite', schemaVersion: '1' },
        figures: { asOf: AT, isRebuilding: false, rebuiltTo: null },
      },
      audit: pageOf([
        {
          ...{ id: 'x1', at: AT, actor: 'ann', action: 'resend', items: 1, done: 1, skipped: 0 },
          ...{ filter: { search: { mobile: NUMBER, id: `${DIGITS}*` } }, reason: `call ${DIGITS}` },
        },
      ]),
      record: undefined,
      preview: {
        ...{ id: 'a1', action: 'resend', count: 1, sample: [message], skippedNow: 0, isCut: false, provedSent: null },
        ...{ expiresAt: AT, expiresInMs: 300_000 },
      },
      apply: progress,
      progress,
      pull: { pages: 1, stoppedBy: null, applied: 1, orphaned: 0, quarantined: 0, conflicts: 0 },
      retryReports: 1,
      acknowledge: undefined,
      retryEvents: 1,
      sendTest: message,
      rebuildFigures: undefined,
    };
  }
}

export class FakeOperations {
  readonly accounts: Map<string, FakeAccount>;

  constructor(names: string[] = ['default', 'marketing']) {
    this.accounts = new Map(names.map((name) => [name, new FakeAccount(name)]));
  }

  names(): string[] {
    return [...this.accounts.keys()];
  }

  of(name = 'default'): AccountOperations {
    return this.account(name).operations;
  }

  account(name = 'default'): FakeAccount {
    const account = this.accounts.get(name);
    if (!account) throw new Error(`no account ${name}`);
    return account;
  }
}
