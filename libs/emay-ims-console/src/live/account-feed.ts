import type { ConsoleStream } from '../api.js';
import type { AccountOperations, OperatorMessage } from '../operations.js';
import { eventText } from './event-text.js';

/** Of the newest messages, as many are watched as an event lists. */
const WATCHED = 50;
/** The overview is read for at most a twentieth of the time. */
const COST_FACTOR = 20;
/** The compiler finds what is missing, or is none of it. */
const PULSE: Record<keyof ConsoleStream['pulse'], true> = {
  account: true,
  circuitOpenFor: true,
  oldestDueAt: true,
  oldestDueForMs: true,
  dispatches: true,
  listens: true,
  polls: true,
  pollEveryMs: true,
  reportSource: true,
  lastGoodPullAt: true,
  lastGoodPullForMs: true,
  pollLease: true,
  pollLeaseUntil: true,
  reportsBlockedFor: true,
  setAsidePages: true,
  spooledPages: true,
  spoolFailure: true,
};

/** Reads what is new of one account, for all who watch it. */
export class AccountFeed {
  private states: ReadonlyMap<string, OperatorMessage['state']> | null = null;
  private overviewAt = -Infinity;
  /** What a viewer who comes now is to know first. */
  latest = '';

  constructor(
    private readonly operations: AccountOperations,
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** One look. @returns the events to send; `''`: nothing is new */
  async read(actions: Iterable<string>): Promise<string> {
    const texts = [await this.readOverview(), await this.readMessages()];
    for (const id of actions) {
      const progress = await this.operations.progress(id);
      if (progress) texts.push(eventText('action', progress));
    }
    return texts.join('');
  }

  private async readOverview(): Promise<string> {
    const began = this.clock();
    if (began < this.overviewAt) return '';
    const { status, totals, asOf } = await this.operations.overview('1h');
    this.overviewAt = began + COST_FACTOR * (this.clock() - began);
    this.latest = eventText('pulse', pulseOf(status)) + eventText('totals', { counts: totals, asOf });
    return this.latest;
  }

  private async readMessages(): Promise<string> {
    const { items } = await this.operations.search({ limit: WATCHED });
    const known = this.states;
    this.states = new Map(items.map(({ customImsId, state }) => [customImsId, state]));
    // The first look tells what is there, not what is new.
    if (known === null) return '';
    const changed = items.filter(({ customImsId, state }) => known.get(customImsId) !== state);
    if (changed.length === 0) return '';
    return eventText(
      'message',
      changed.map(({ customImsId, state }) => ({ customImsId, state })),
    );
  }
}

/** Of the status, only what a pulse has: the rest is counted, and shown with its own age. */
function pulseOf(status: ConsoleStream['pulse']): ConsoleStream['pulse'] {
  const fields = Object.keys(PULSE) as (keyof typeof PULSE)[];
  return Object.fromEntries(fields.map((field) => [field, status[field]])) as unknown as ConsoleStream['pulse'];
}
