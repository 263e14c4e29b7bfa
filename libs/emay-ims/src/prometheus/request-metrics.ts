import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { Counter, Histogram, type Registry } from 'prom-client';
import {
  REPORT_PAGE_CHANNEL,
  REQUEST_CHANNEL,
  SETTLED_CHANNEL,
  type ImsReportPageNotice,
  type ImsRequestTrace,
  type ImsSettledNotice,
} from '../diagnostics/index.js';
import { REPORT_STATES } from '../protocol/index.js';
import { boundedCode } from './bounded-code.js';

const EFFECTS = ['applied', 'orphaned', 'quarantined', 'conflicts'] as const;
/** Up to the default deadline of a request, in seconds. */
const BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What this process does, counted as it happens: requests, their recorded outcomes, report batches. */
export class RequestMetrics {
  private readonly durations: Histogram<'account' | 'call' | 'outcome'>;
  private readonly submitted: Counter<'account' | 'outcome' | 'code'>;
  private readonly pages: Counter<'account'>;
  private readonly reports: Counter<'account' | 'state'>;
  private readonly effects: Counter<'account' | 'effect'>;
  private readonly began = new WeakMap<ImsRequestTrace, number>();

  constructor(
    registry: Registry,
    /** Grows while accounts come. */
    private readonly accounts = new Set<string>(),
  ) {
    const registers = [registry];
    this.durations = new Histogram({
      name: 'emay_ims_request_duration_seconds',
      help: 'Calls to the gateway by how they ended, in seconds.',
      labelNames: ['account', 'call', 'outcome'],
      buckets: BUCKETS,
      registers,
    });
    this.submitted = new Counter({
      name: 'emay_ims_submitted_messages_total',
      help: 'Messages handed to the gateway by what its answer meant for them: accepted, rejected or unconfirmed.',
      labelNames: ['account', 'outcome', 'code'],
      registers,
    });
    this.pages = new Counter({
      name: 'emay_ims_report_pages_total',
      help: 'Report batches applied; empty ones do not count.',
      labelNames: ['account'],
      registers,
    });
    this.reports = new Counter({
      name: 'emay_ims_reports_total',
      help: "Delivery reports in those pages by the vendor's state.",
      labelNames: ['account', 'state'],
      registers,
    });
    this.effects = new Counter({
      name: 'emay_ims_report_effects_total',
      help: 'What those reports did: moved a message, found none, could not be read, contradicted a final state.',
      labelNames: ['account', 'effect'],
      registers,
    });
  }

  /** Counts what this account does, too. */
  add(account: string): void {
    this.accounts.add(account);
    this.startAtZero(account);
  }

  subscribe(): void {
    tracingChannel<unknown, ImsRequestTrace>(REQUEST_CHANNEL).subscribe(this.requests);
    subscribe(SETTLED_CHANNEL, this.onSettled);
    subscribe(REPORT_PAGE_CHANNEL, this.onReportPage);
  }

  unsubscribe(): void {
    tracingChannel<unknown, ImsRequestTrace>(REQUEST_CHANNEL).unsubscribe(this.requests);
    unsubscribe(SETTLED_CHANNEL, this.onSettled);
    unsubscribe(REPORT_PAGE_CHANNEL, this.onReportPage);
  }

  /** So that the first one counts: `increase` does not see a series begin. */
  private startAtZero(account: string): void {
    this.pages.inc({ account }, 0);
    for (const effect of EFFECTS) this.effects.inc({ account, effect }, 0);
    for (const state of Object.keys(REPORT_STATES)) this.reports.inc({ account, state }, 0);
    this.submitted.inc({ account, outcome: 'accepted', code: 'SUCCESS' }, 0);
  }

  private readonly requests = {
    start: (trace: ImsRequestTrace) => void this.began.set(trace, performance.now()),
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: (trace: ImsRequestTrace) => {
      const { account, call, outcome } = trace;
      const began = this.began.get(trace);
      if (!this.accounts.has(account) || outcome === null || began === undefined) return;
      this.durations.observe({ account, call, outcome }, (performance.now() - began) / 1_000);
    },
    error: () => undefined,
  };

  private readonly onSettled = (notice: unknown) => {
    const { account, settled } = notice as ImsSettledNotice;
    if (!this.accounts.has(account)) return;
    for (const { state, code, messages } of settled) {
      this.submitted.inc({ account, outcome: state.toLowerCase(), code: boundedCode(code) }, messages);
    }
  };

  private readonly onReportPage = (notice: unknown) => {
    const page = notice as ImsReportPageNotice;
    const { account } = page;
    if (!this.accounts.has(account)) return;
    this.pages.inc({ account });
    for (const effect of EFFECTS) this.effects.inc({ account, effect }, page[effect]);
    for (const [state, count] of Object.entries(page.states)) {
      this.reports.inc({ account, state: state in REPORT_STATES ? state : 'other' }, count);
    }
  };
}
