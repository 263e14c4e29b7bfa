import type { Token } from '../injection/per-account.js';

/** What an open circuit lets through: everything, a single message to try the way, or nothing. */
export type Passage = 'all' | 'probe' | 'none';

/**
 * Stops handing over while the gateway refuses the account, cannot be reached or does not answer, so that a wrong key
 * burns no message and a broken gateway at most a few. After a pause, doubling and jittered, one probe may try.
 */
export class AccountCircuit {
  /** Why it is open: the gateway's code or the network's; `null` when closed. */
  reason: string | null = null;
  /** Whether every call would fail alike: the account itself is refused. */
  refusesAccount = false;
  private failures = 0;
  private openUntil = 0;
  private probing = false;

  constructor(
    private readonly backoff: { minBackoffMs: number; maxBackoffMs: number },
    /** Called when it opens and when it closes. */
    private readonly onTurn: (circuit: Pick<AccountCircuit, 'reason' | 'refusesAccount'>) => void = () => undefined,
    private readonly clock: () => number = () => performance.now(),
    private readonly random: () => number = Math.random,
  ) {}

  /** Whether a call would only be refused again: the account itself is, and the pause is not over. */
  get isShut(): boolean {
    return this.refusesAccount && this.clock() < this.openUntil;
  }

  /** Whether it is open, and its pause is not over. */
  get isPausing(): boolean {
    return this.reason !== null && this.clock() < this.openUntil;
  }

  /** Asks for passage; a `probe` must be followed by `leave`. */
  enter(): Passage {
    if (this.reason === null) return 'all';
    if (this.probing || this.clock() < this.openUntil) return 'none';
    this.probing = true;
    return 'probe';
  }

  /** The probe is over, whether or not it found something to send. */
  leave(): void {
    this.probing = false;
  }

  /** The gateway answered in order. */
  succeeded(): void {
    const wasOpen = this.reason !== null;
    this.reason = null;
    this.refusesAccount = false;
    this.failures = 0;
    this.probing = false;
    if (wasOpen) this.onTurn(this);
  }

  /** The gateway did not, for this reason. Returns the pause in ms. */
  failed(reason: string, refusesAccount: boolean): number {
    // Requests that were under way together fail together: that counts once.
    if (this.reason === null || this.probing || this.clock() >= this.openUntil) this.failures++;
    const { minBackoffMs, maxBackoffMs } = this.backoff;
    const pause =
      Math.min(maxBackoffMs, minBackoffMs * 2 ** Math.min(this.failures - 1, 30)) * (0.5 + this.random() / 2);
    const isNews = this.reason === null || (refusesAccount && !this.refusesAccount);
    this.reason = reason;
    this.refusesAccount = refusesAccount;
    this.probing = false;
    this.openUntil = this.clock() + pause;
    if (isNews) this.onTurn(this);
    return pause;
  }
}

/** What stops handing over. */
export const SENDING_CIRCUIT: Token<AccountCircuit> = Symbol('AccountCircuit for sending');
/** What stops pulling: reports may be refused where sending is not, and the other way about. */
export const REPORTS_CIRCUIT: Token<AccountCircuit> = Symbol('AccountCircuit for reports');
