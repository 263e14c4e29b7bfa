import type { AcceptedMessage, HandedOutReport, PushEnd, ReportPush } from '../oracle/records.js';
import type { Simulator } from '../simulator.js';
import { CALL_NAMES, type CallName, type SendCallName } from '../wire/call-name.js';
import { checkFields, checkTimes, type Equals, type Expected, type FieldType, hasFields } from './fields.js';
import { listing, messageLine, quoted, reportLine, requestLine } from './listing.js';
import { repeatsOf } from './repeats.js';

/** Which accepted messages count. Without a field, all of them. */
export interface AcceptedMatch {
  /** As the gateway received it, such as `0061422118000`. */
  readonly mobile?: Expected<string>;
  readonly content?: Expected<string>;
  readonly customImsId?: Expected<string> | undefined;
  readonly call?: Expected<SendCallName>;
  readonly appId?: Expected<string>;
}

/** Which reports count that left the queue. Without a field, all of them. */
export interface HandedOutMatch {
  readonly state?: Expected<string>;
  readonly mobile?: Expected<string>;
  readonly imsId?: Expected<string> | undefined;
  readonly customImsId?: Expected<string> | undefined;
  readonly appId?: Expected<string>;
  /** Whether the whole answer was given to the network. */
  readonly finished?: Expected<boolean>;
  /** Whether the report itself can be read in the bytes that were sent. */
  readonly whole?: Expected<boolean>;
}

/** Which pushed reports count. Without a field, all of them. */
export interface PushedMatch {
  readonly state?: Expected<string>;
  readonly mobile?: Expected<string>;
  readonly imsId?: Expected<string> | undefined;
  readonly customImsId?: Expected<string> | undefined;
  readonly appId?: Expected<string>;
  /** How it ended: `waiting`, `acknowledged`, `given-up` or `withdrawn`. */
  readonly end?: Expected<PushEnd>;
}

interface Context {
  readonly equals: Equals;
}

interface Verdict {
  readonly pass: boolean;
  readonly message: () => string;
}

const ACCEPTED_FIELDS = {
  mobile: 'text',
  content: 'text',
  customImsId: 'id',
  call: 'text',
  appId: 'text',
} satisfies Record<keyof AcceptedMatch, FieldType>;

const REPORT_FIELDS = { state: 'text', mobile: 'text', imsId: 'id', customImsId: 'id', appId: 'text' } as const;

const HANDED_OUT_FIELDS = {
  ...REPORT_FIELDS,
  finished: 'flag',
  whole: 'flag',
} satisfies Record<keyof HandedOutMatch, FieldType>;

const PUSHED_FIELDS = { ...REPORT_FIELDS, end: 'text' } satisfies Record<keyof PushedMatch, FieldType>;

/**
 * For `expect.extend` of jest or vitest: what a simulator saw.
 * - They throw, also under `.not`, when the simulator no longer remembers all that happened (`historyLimit`).
 */
export const simulatorMatchers = {
  /** That a message was accepted, or exactly so many. */
  toHaveAccepted(this: Context, received: unknown, match: AcceptedMatch = {}, times?: number): Verdict {
    return judgeAccepted('toHaveAccepted', this.equals, received, match, times);
  },

  /** That exactly one such message was accepted: none twice, none lost. */
  toHaveAcceptedOnce(this: Context, received: unknown, match: AcceptedMatch = {}): Verdict {
    return judgeAccepted('toHaveAcceptedOnce', this.equals, received, match, 1);
  },

  /** That no message was accepted at all. */
  toHaveAcceptedNothing(this: Context, received: unknown): Verdict {
    return judgeAccepted('toHaveAcceptedNothing', this.equals, received, {}, 0);
  },

  /**
   * That no message was accepted twice, and with `count` that there are exactly so many. Two messages of an account are
   * the same when they have the same customImsId; without one, when number and text are the same.
   */
  toHaveAcceptedEachOnce(this: Context, received: unknown, count?: number): Verdict {
    const name = 'toHaveAcceptedEachOnce';
    if (count !== undefined) checkTimes(name, count);
    const messages = acceptedBy(name, received);
    const repeats = repeatsOf(messages);
    const pass = repeats.length === 0 && (count === undefined || messages.length === count);
    return {
      pass,
      message: () =>
        pass
          ? `expected a message accepted twice${countText(count, ' or other than')}; ${messages.length} were, each once:\n${listing(messages, hiddenLine)}`
          : `expected ${count ?? 'all'} messages, each accepted once; ${messages.length} were, of which again:\n${listing(repeats, hiddenLine)}`,
    };
  },

  /** That such a report left the queue, or exactly so many. Whether its answer arrived is another matter: `finished`. */
  toHaveHandedOut(this: Context, received: unknown, match: HandedOutMatch = {}, times?: number): Verdict {
    const name = 'toHaveHandedOut';
    checkFields(name, match, HANDED_OUT_FIELDS);
    const simulator = simulatorOf(name, received);
    const reports = allOf(name, simulator.handedOut(), simulator.counters().handedOut);
    return judge('reports handed out', reports, times, name, match, {
      counts: (report: HandedOutReport) => hasFields(report, match, this.equals),
      line: (report) => reportLine(report, match),
    });
  },

  /** That such a report was pushed to its customer, or exactly so many. Whether it was acknowledged is another matter: `end`. */
  toHavePushed(this: Context, received: unknown, match: PushedMatch = {}, times?: number): Verdict {
    const name = 'toHavePushed';
    checkFields(name, match, PUSHED_FIELDS);
    const simulator = simulatorOf(name, received);
    const reports = allOf(name, simulator.pushed(), simulator.counters().pushed);
    return judge('reports pushed', reports, times, name, match, {
      counts: (report: ReportPush) => hasFields(report, match, this.equals),
      line: (report) => reportLine(report, match),
    });
  },

  /** That no report waits, due or not, or is being pushed. */
  toHaveNoPendingReports(this: Context, received: unknown): Verdict {
    const waiting = simulatorOf('toHaveNoPendingReports', received).pendingReports();
    const pass = waiting.length === 0;
    return {
      pass,
      message: () =>
        pass
          ? 'expected a report that waits; there is none'
          : `expected no report that waits; there are ${waiting.length}:\n${listing(waiting, (report) => reportLine(report, {}))}`,
    };
  },

  /** That requests of a call came, answered or not, or exactly so many. */
  toHaveReceivedRequests(this: Context, received: unknown, call: CallName, times?: number): Verdict {
    const name = 'toHaveReceivedRequests';
    if (!CALL_NAMES.includes(call)) {
      throw new TypeError(`${name}: there is no call ${JSON.stringify(call)}; write one of ${CALL_NAMES.join(', ')}.`);
    }
    const simulator = simulatorOf(name, received);
    const requests = allOf(name, simulator.requests(), simulator.counters().requests);
    return judge(
      'requests',
      requests,
      times,
      name,
      { call },
      {
        counts: (request) => request.call === call,
        line: requestLine,
      },
    );
  },
};

function judgeAccepted(
  name: string,
  equals: Equals,
  received: unknown,
  match: AcceptedMatch,
  times: number | undefined,
): Verdict {
  checkFields(name, match, ACCEPTED_FIELDS);
  return judge('accepted messages', acceptedBy(name, received), times, name, match, {
    counts: (message) => hasFields(message, match, equals),
    line: (message) => messageLine(message, match),
  });
}

interface Judgement<T> {
  readonly counts: (record: T) => boolean;
  readonly line: (record: T) => string;
}

/** `times` undefined: at least once. */
function judge<T>(
  noun: string,
  records: readonly T[],
  times: number | undefined,
  name: string,
  match: object,
  { counts, line }: Judgement<T>,
): Verdict {
  if (times !== undefined) checkTimes(name, times);
  const counted = records.filter(counts);
  const pass = times === undefined ? counted.length > 0 : counted.length === times;
  const described = Object.keys(match).length === 0 ? noun : `${noun} with ${describe(match)}`;
  const number = times ?? 'one or more';
  return {
    pass,
    message: () =>
      `expected ${pass ? 'other than ' : ''}${number} ${described}; there are ${counted.length}, ` +
      `of ${records.length} in all:\n` +
      listing(records, (record) => `${counts(record) ? '✓' : '·'} ${line(record)}`),
  };
}

function describe(match: object): string {
  return Object.entries(match)
    .map(([name, value]) => `${name} ${wanted(value)}`)
    .join(', ');
}

function wanted(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  // The asymmetric matchers of jest and vitest print their name alone; most keep a text or a RegExp in `sample`.
  const { sample } = Object(value) as { sample?: unknown };
  const printed = typeof sample === 'string' || sample instanceof RegExp ? ` ${sample}` : '';
  return `${String(value)}${printed}`;
}

function hiddenLine(message: AcceptedMessage): string {
  return messageLine(message, {});
}

function countText(count: number | undefined, words: string): string {
  return count === undefined ? '' : `${words} ${count}`;
}

function acceptedBy(name: string, received: unknown): AcceptedMessage[] {
  const simulator = simulatorOf(name, received);
  return allOf(name, simulator.accepted(), simulator.counters().accepted);
}

/** A list that has forgotten its beginning proves nothing. */
function allOf<T>(name: string, remembered: T[], happened: number): T[] {
  if (remembered.length === happened) return remembered;
  throw new Error(
    `${name}: the simulator remembers ${remembered.length} of ${happened}; ` +
      'raise its historyLimit, or call reset() between tests.',
  );
}

function simulatorOf(name: string, received: unknown): Simulator {
  if (isSimulator(received)) return received;
  throw new TypeError(`${name}: expect(…) must be given a simulator, as startSimulator() resolves with.`);
}

function isSimulator(value: unknown): value is Simulator {
  return typeof value === 'object' && value !== null && 'accepted' in value && 'counters' in value;
}
