import type { Token } from '../injection/per-account.js';

/** What may be submitted: everything, a half-open probe of one message, or nothing. */
export type Passage = 'all' | 'probe' | 'none';

/**
 * Opens while the gateway refuses the account, cannot be reached or does not answer. So a wrong key costs no message, and a broken gateway
 * at most a few. After a doubling, jittered backoff, one probe goes first.
 */
export class AccountCircuit {
  /** Why it is open: the gateway's code or the network's; `null` when closed. */
  reason: string | null = null;
  /** Whether the account itself is refused, so that every call fails. */
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

  /** Whether the account itself is refused, and the backoff is not over: a call would only be refused again. */
  get isAccountRefused(): boolean {
    return this.refusesAccount && this.clock() < this.openUntil;
  }

  /** Whether it is open, and its backoff is not over. */
  get isBackingOff(): boolean {
    return this.reason !== null && this.clock() < this.openUntil;
  }

  /** Asks for passage; a `probe` must be followed by `leave`. */
  enter(): Passage {
    if (this.reason === null) return 'all';
    if (this.probing || this.clock() < this.openUntil) return 'none';
    this.probing = true;
    return 'probe';
  }

  /** Ends a probe, even if it found nothing to submit. */
  leave(): void {
    this.probing = false;
  }

  /** The gateway answered normally: closes the circuit. */
  succeeded(): void {
    const wasOpen = this.reason !== null;
    this.reason = null;
    this.refusesAccount = false;
    this.failures = 0;
    this.probing = false;
    if (wasOpen) this.onTurn(this);
  }

  /** A call failed for this reason: opens the circuit. Returns the backoff in ms. */
  failed(reason: string, refusesAccount: boolean): number {
    // Requests in flight together fail together: that counts once.
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

/** The circuit of submitting. */
export const SENDING_CIRCUIT: Token<AccountCircuit> = Symbol('AccountCircuit for sending');
/** The circuit of polling: reports may be refused while messages are accepted, and the reverse. */
export const REPORTS_CIRCUIT: Token<AccountCircuit> = Symbol('AccountCircuit for reports');
