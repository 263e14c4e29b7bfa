import type { AccountSettings, CurrentSettings } from '../circumstances/account-settings.js';
import type { Circumstances } from '../circumstances/circumstances.js';
import { AS_PUSHED, type PlannedReport } from '../circumstances/planned-report.js';
import type { CurrentPush } from '../circumstances/push-settings.js';
import type { StrangerMessage } from '../circumstances/stranger-message.js';
import type { Fault } from '../faults/fault.js';
import { checkPushKey, type ResolvedOptions } from '../options.js';
import { type AcceptedCall, KeptMessage } from '../oracle/accepted-call.js';
import type { Journal } from '../oracle/journal.js';
import type { AcceptedMessage, OpenRequest, PendingReport, QueueCounters } from '../oracle/records.js';
import type { Answer, Refusal } from '../wire/answer-code.js';
import type { SendCallName } from '../wire/call-name.js';
import { isJsonObject } from '../wire/json.js';
import type { WireReport } from '../wire/report-state.js';
import type { RequestBody, SendEntry } from '../wire/request-body.js';
import { WireTime } from '../wire/wire-time.js';
import { Account, type QueuedOfAccount } from './account.js';
import { isAddressAllowed } from './address-allow-list.js';
import { type CallerRules, checkRequestTime, checkSign } from './caller-checks.js';
import { CountryBook } from './country-book.js';
import { HandedOut } from './handed-out.js';
import type { Incoming } from './incoming.js';
import { ImsIds } from './ims-ids.js';
import { magicOutcome } from './magic-numbers.js';
import { PushedReport, summarise, toWireReport } from './outstanding-report.js';
import { planReports } from './plan-reports.js';
import { seededRandom } from './random.js';
import { checkBatch, checkSingle } from './send-checks.js';

const MAX_REPORTS = 500;

/** What the gateway makes of a request. Nothing is accepted or handed out before `carryOut`. */
export interface Decision {
  /** Hung on a number of the request. */
  readonly fault?: Fault;
  readonly carryOut: (circumstances: Circumstances) => Answer;
}

/**
 * The gateway without its HTTP.
 * - A request is decided in the order of checks that was seen, the first objection wins and nothing is accepted then.
 * - A report leaves its queue as it is handed out, whatever becomes of the answer, unless a fault puts it back.
 */
export class Gateway {
  private readonly accounts: ReadonlyMap<string, Account>;
  private readonly time: WireTime;
  private readonly ids: ImsIds;
  private countries: CountryBook;
  private readonly callerRules: CallerRules;
  private readonly imsIdAt = (place: number) => this.ids.at(place);

  constructor(
    private readonly options: ResolvedOptions,
    private readonly journal: Journal,
  ) {
    this.time = new WireTime(options.timeZoneOffsetMs);
    this.ids = new ImsIds(options.now(), this.time);
    this.countries = newCountryBook(options);
    this.callerRules = {
      time: this.time,
      timestampToleranceMs: options.timestampToleranceMs,
      signCase: options.signCase,
    };
    this.accounts = new Map(options.accounts.map((account) => [account.appId, new Account(account, options)]));
  }

  /** A plain body names the account, so it is read first; an encrypted one is opened last, once the caller may call. */
  decide(
    request: OpenRequest,
    { call, transport, appId, body, isDeciphered }: Incoming,
    address: string,
    { clockShiftMs = 0 }: Circumstances,
  ): Decision {
    if (!body && transport === 'plain') return refuse('ERROR_PARAMS');
    const account = this.accounts.get(appId);
    if (!account) return refuse('ERROR_APPID');
    const now = this.options.now();
    if (call === 'getIMSReport' && !account.pace.pass(now)) return refuse('ERROR_OVER_SPEED');
    if (!isAddressAllowed(account.given.allowedIps, address)) return refuse('ERROR_CLIENT_IP');
    if (!body) return refuse(isDeciphered ? 'ERROR_PARAMS' : this.options.undecipherable);
    const refusal =
      transport === 'plain'
        ? checkSign(this.callerRules, account.given, body, now + clockShiftMs)
        : checkRequestTime(body, now + clockShiftMs);
    if (refusal) return refuse(refusal);
    if (call === 'getIMSReport') {
      return { carryOut: (circumstances) => this.handOut(request, account, body.number, circumstances) };
    }
    return this.decideSend(request, call, account, body);
  }

  /** The key of an account, if there is one of that name. */
  keyOf(appId: string): string | undefined {
    return this.accounts.get(appId)?.given.secretKey;
  }

  listAccounts(): readonly Account[] {
    return [...this.accounts.values()];
  }

  /** A report as it goes to the customer, whom a push tells the account as well. */
  pushedWire(
    appId: string,
    { subject, plan, dueAt }: QueuedOfAccount,
    { numbers }: Pick<CurrentPush, 'numbers'>,
  ): unknown {
    if (subject instanceof PushedReport) {
      return isJsonObject(subject.value) ? { appId, ...subject.value } : subject.value;
    }
    const { imsId, customImsId, state, desc, mobile, ...times } = toWireReport(subject, plan, dueAt, this.time);
    const number = numbers === 'without-00' ? mobile.replace(/^00/, '') : mobile;
    return { appId, imsId, customImsId, state, desc, mobile: number, ...times };
  }

  /** Puts any JSON value into an account's queue, due at once. Throws a `TypeError` for what cannot be written as JSON. */
  push(appId: string, report: unknown): void {
    JSON.stringify(report);
    this.account(appId).reports.add(this.options.now(), new PushedReport(report), AS_PUSHED);
  }

  /** Makes every waiting report due now; all accounts unless one is named. Returns how many were not due yet. */
  release(appId?: string): number {
    const now = this.options.now();
    return this.accountsOf(appId).reduce((sum, { reports }) => sum + reports.release(now), 0);
  }

  settingsOf(appId: string): CurrentSettings {
    return this.account(appId).settings;
  }

  /** Changes what is switched on or off at an account, or at all. */
  change(changes: AccountSettings, appId?: string): void {
    const now = this.options.now();
    const accounts = this.accountsOf(appId);
    for (const { given } of accounts) checkPushKey(given, changes.push);
    for (const account of accounts) {
      this.sendElsewhere(account);
      account.change(changes, now);
      this.journal.accountChanged(account.appId, account.settings);
    }
  }

  /** A well-formed report of a message that nobody sent by this gateway, received now, under an id that nobody was answered. */
  reportOfStranger({ state = 'DELIVRD', ...message }: StrangerMessage): WireReport {
    const now = this.options.now();
    const sent = { ...message, imsId: this.imsIdAt(this.ids.take()), acceptedAt: now };
    return toWireReport(sent, { state }, now, this.time);
  }

  /** A well-formed report of a message, received now. */
  reportFor(message: AcceptedMessage, state: string): WireReport {
    return toWireReport(message, { state }, this.options.now(), this.time);
  }

  /** The waiting reports of each account in the order in which they fall due, the first `count` of each. */
  pending(count?: number): PendingReport[] {
    return [...this.accounts.values()].flatMap((account) =>
      account
        .list(count)
        .map(({ subject, plan, dueAt }) => ({ appId: account.appId, ...summarise(subject, plan), dueAt })),
    );
  }

  /** How many reports of an account wait. */
  pendingOf(appId: string): number {
    return this.account(appId).waiting;
  }

  /** How many reports wait, and how many were dropped, of all accounts. */
  queueCounters(): QueueCounters {
    const accounts = this.listAccounts();
    return {
      pending: accounts.reduce((sum, { waiting }) => sum + waiting, 0),
      dropped: accounts.reduce((sum, { dropped }) => sum + dropped, 0),
    };
  }

  /** Forgets waiting reports, the pace and what was changed at accounts, and draws from the beginning again. */
  reset(): void {
    const now = this.options.now();
    this.countries = newCountryBook(this.options);
    for (const account of this.accounts.values()) account.reset(now);
  }

  private decideSend(request: OpenRequest, call: SendCallName, account: Account, body: RequestBody): Decision {
    const { entries } = body;
    const refusal =
      call === 'sendSingleIMS'
        ? checkSingle(entries[0]!, this.options.maxContentLength)
        : checkBatch(body, this.options);
    if (refusal) return refuse(refusal);
    if (account.settings.outOfBalance) return refuse('ERROR_BALANCE');
    const fault = faultOf(entries);
    return {
      ...(fault ? { fault } : {}),
      carryOut: (circumstances) => this.accept(request, call, account, entries, circumstances),
    };
  }

  private accept(
    request: OpenRequest,
    call: SendCallName,
    account: Account,
    asked: readonly SendEntry[],
    { replan, takesOnly, strangers }: Circumstances,
  ): Answer {
    const entries = asked.slice(0, takesOnly);
    const accepted: AcceptedCall = {
      appId: account.appId,
      call,
      requestId: request.requestId,
      acceptedAt: this.options.now(),
      imsIdAt: this.imsIdAt,
    };
    const messages = entries.map(
      ({ mobile, content, customImsId }) =>
        new KeptMessage(accepted, this.ids.take(), mobile, content, customImsId === '' ? undefined : customImsId),
    );
    const plans = planReports(call, entries, (mobile) => this.countries.draw(mobile));
    messages.forEach((message, index) => {
      const planned = plans[index]!;
      for (const report of replan ? replan(planned) : planned) {
        account.reports.add(accepted.acceptedAt + this.delayOf(message.mobile, report), message, report);
      }
    });
    for (const stranger of strangers?.(entries) ?? []) {
      account.reports.add(accepted.acceptedAt, new PushedReport(this.reportOfStranger(stranger)), AS_PUSHED);
    }
    request.taken = messages.length;
    this.journal.accepted(accepted, messages);
    const data = messages.map(({ mobile, imsId, customImsId }) => ({ mobile, imsId, customImsId }));
    return { code: 'SUCCESS', data: call === 'sendSingleIMS' ? data[0] : data };
  }

  private handOut(
    request: OpenRequest,
    account: Account,
    number = MAX_REPORTS,
    { clockShiftMs = 0, putsBack = false }: Circumstances,
  ): Answer {
    const limit = number <= 0 || number > MAX_REPORTS ? MAX_REPORTS : number;
    const handedOutAt = this.options.now();
    const page = { appId: account.appId, request, handedOutAt, time: this.time, clockShiftMs };
    this.sendElsewhere(account);
    const taken = account.takePage(handedOutAt, limit);
    if (!taken) return { code: 'ERROR_PARAMS' };
    const reports = taken.map(({ subject, plan, dueAt }, place) => new HandedOut(page, place, subject, plan, dueAt));
    request.taken = reports.length;
    this.journal.handedOut(page, reports);
    if (putsBack) {
      account.reports.putBack(taken);
      request.putBack = reports.length;
      this.journal.putBack(page, reports);
    }
    return { code: 'SUCCESS', data: reports.map((report) => report.wire()) };
  }

  private sendElsewhere(account: Account): void {
    const pushed = account.takePushed(this.options.now());
    if (pushed.length === 0) return;
    this.journal.pushedElsewhere(
      account.appId,
      pushed.map(({ subject, plan }) => summarise(subject, plan)),
    );
  }

  private delayOf(mobile: string, { when, laterByMs = 0 }: PlannedReport): number {
    if (when === 'at-once') return laterByMs;
    if (when === 'timeout') return this.options.timeoutReportAfterMs + laterByMs;
    return this.countries.drawDelay(mobile) + laterByMs;
  }

  /** The one that is named, or all. */
  private accountsOf(appId: string | undefined): readonly Account[] {
    return appId === undefined ? [...this.accounts.values()] : [this.account(appId)];
  }

  private account(appId: string): Account {
    const account = this.accounts.get(appId);
    if (!account)
      throw new RangeError(`There is no account ${appId}; name one of: ${[...this.accounts.keys()].join(', ')}.`);
    return account;
  }
}

function newCountryBook({ countries, reportDelayMs, seed }: ResolvedOptions): CountryBook {
  return new CountryBook(countries, reportDelayMs, seededRandom(seed));
}

function refuse(code: NonNullable<Refusal>): Decision {
  return { carryOut: () => ({ code }) };
}

/** The first number that carries a fault chooses it for the whole request. */
function faultOf(entries: readonly SendEntry[]): Fault | undefined {
  for (const { mobile } of entries) {
    const magic = magicOutcome(mobile);
    if (magic && 'fault' in magic) return magic.fault;
  }
  return undefined;
}
