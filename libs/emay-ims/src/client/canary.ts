import {
  classifyAnswerCode,
  decodeSendAnswer,
  isHolding,
  isRefusal,
  type AnswerCodeMeanings,
  type GatewayCall,
} from '../protocol/index.js';
import type { Exchange, HeldBack } from './exchange-outcome.js';

/** After which a larger request is tried again. */
const SPOILT_FOR_MS = 10 * 60_000;

/** The calls that can be made so that they take nothing. */
export type CanaryCall = Extract<GatewayCall, 'sendBatchIMS' | 'sendSingleIMS'>;

/**
 * What is proven of an address: that requests reach the gateway whole, and that it knows the account.
 * `half`: not for the call that carries many messages, so one message has to go first.
 */
export type Proof = 'whole' | 'half';

interface Proven {
  proof: Proof;
  /** The size of the largest canary that has come through. */
  bytes: number;
}

/** What an answer to a canary says; `open`: a gateway may be there, but the answer proves nothing. */
export type CanaryEnd = { kind: 'proven'; proof: Proof } | HeldBack | { kind: 'open'; code: string };

/**
 * Tries the way to each address with a request that takes nothing, before a message goes there: so a wrong key, a proxy that
 * spoils requests, or an address where somebody else answers, costs no message.
 *
 * - The batch call with an empty list is refused after the account has been checked, and before anything is taken. Where it
 *   proves nothing, as some gateways may take an empty list for wrong parameters, the single call without a number decides.
 * - An address stays proven until somebody doubts it. One canary at a time for each address and size: whoever comes meanwhile waits
 *   for it.
 * - It is as large as the request that it goes before, as some proxies spoil large ones alone. Where such a size does not come through,
 *   though the usual one does, only requests of that size are kept back.
 */
export class Canary {
  private readonly proofs = new Map<string, Proven>();
  /** By address, the least size that was spoilt, and until when that counts, by the monotonic clock. */
  private readonly spoilt = new Map<string, { bytes: number; reason: string; until: number }>();
  private readonly inFlight = new Map<string, Promise<HeldBack | null>>();

  constructor(
    private readonly baseUrls: readonly string[],
    readonly isOn: boolean,
    /** The size for usual requests. */
    private readonly usualBytes: number,
    private readonly send: (call: CanaryCall, baseUrl: string, bytes: number, timeoutMs: number) => Promise<CanaryEnd>,
  ) {}

  /** Whether a message may go to one of the addresses at once. */
  get isProven(): boolean {
    return !this.isOn || this.baseUrls.some((baseUrl) => this.proofs.has(baseUrl));
  }

  /** Whether one message has to go first: so little is proven of the address where it would go. */
  get isHalfProven(): boolean {
    const first = this.baseUrls.find((baseUrl) => this.proofs.has(baseUrl));
    return this.isOn && first !== undefined && this.isHalf(first);
  }

  /** Whether no more is proven of this address. */
  isHalf(baseUrl: string): boolean {
    return this.proofs.get(baseUrl)?.proof === 'half';
  }

  /** `null`: a request of so many bytes may go there, at once where that is proven; else why not. */
  prove(baseUrl: string, timeoutMs: number, requestBytes = 0): Promise<HeldBack | null> | null {
    // In steps, so that not each request needs one of its own.
    const bytes = Math.max(1, Math.ceil(requestBytes / this.usualBytes)) * this.usualBytes;
    if (!this.isOn || bytes <= (this.proofs.get(baseUrl)?.bytes ?? 0)) return null;
    const key = `${bytes} ${baseUrl}`;
    const inFlight =
      this.inFlight.get(key) ?? this.reach(baseUrl, bytes, timeoutMs).finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, inFlight);
    return inFlight;
  }

  /** Something went wrong: the way has to be tried again. */
  invalidate(): void {
    this.proofs.clear();
  }

  /** A message has been taken there: that proves more than any canary. */
  confirm(baseUrl: string): void {
    const proven = this.proofs.get(baseUrl);
    if (proven) this.proofs.set(baseUrl, { ...proven, proof: 'whole' });
  }

  private async reach(baseUrl: string, bytes: number, timeoutMs: number): Promise<HeldBack | null> {
    if (bytes === this.usualBytes) return this.tryBothCalls(baseUrl, bytes, timeoutMs);
    const deadline = performance.now() + timeoutMs;
    let reason = this.spoiltWith(baseUrl, bytes);
    const isNews = reason === null;
    if (reason === null) {
      // Half of the time, so that a proxy that lets large ones hang leaves some for the other.
      const end = await this.tryBothCalls(baseUrl, bytes, Math.ceil(timeoutMs / 2));
      if (end === null || end.kind === 'refused') return end;
      ({ reason } = end);
      this.proofs.delete(baseUrl);
    }
    const unsent = { kind: 'unsent', reason } as const;
    if (!this.proofs.has(baseUrl)) {
      const leftMs = Math.floor(deadline - performance.now());
      const usual = leftMs > 0 ? await this.tryBothCalls(baseUrl, this.usualBytes, leftMs) : unsent;
      if (usual !== null) return usual;
    }
    if (isNews) this.spoilt.set(baseUrl, { bytes, reason, until: performance.now() + SPOILT_FOR_MS });
    return { ...unsent, isTooLarge: true };
  }

  /** What became of a canary of that size, or a smaller one, a short while ago, that was too large. */
  private spoiltWith(baseUrl: string, bytes: number): string | null {
    const spoilt = this.spoilt.get(baseUrl);
    return spoilt && bytes >= spoilt.bytes && performance.now() < spoilt.until ? spoilt.reason : null;
  }

  private async tryBothCalls(baseUrl: string, bytes: number, timeoutMs: number): Promise<HeldBack | null> {
    const deadline = performance.now() + timeoutMs;
    const batch = await this.send('sendBatchIMS', baseUrl, bytes, timeoutMs);
    const leftMs = Math.floor(deadline - performance.now());
    const end = batch.kind === 'open' && leftMs > 0 ? await this.send('sendSingleIMS', baseUrl, bytes, leftMs) : batch;
    switch (end.kind) {
      case 'proven': {
        // The gateway may have taken messages since: that has proven more.
        const isWhole = (end === batch && end.proof === 'whole') || this.proofs.get(baseUrl)?.proof === 'whole';
        this.proofs.set(baseUrl, { proof: isWhole ? 'whole' : 'half', bytes });
        return null;
      }
      case 'open':
        return { kind: 'unsent', reason: end.code };
      default:
        return end;
    }
  }
}

/** Reads how a canary ended. It took nothing, so whatever came of it, the messages behind it are unsent. */
export function canaryEnd(exchange: Exchange, meanings: AnswerCodeMeanings): CanaryEnd {
  if (exchange.kind !== 'answered') return { kind: 'unsent', reason: exchange.reason };
  const answer = decodeSendAnswer(exchange.body, exchange.headerCode);
  if (answer.kind === 'unreadable') return { kind: 'unsent', reason: 'UNREADABLE' };
  // Whoever accepts a list without anything on it may accept anything, and do nothing about it.
  if (answer.kind === 'success') return { kind: 'proven', proof: 'half' };
  const { code } = answer;
  const kind = classifyAnswerCode(code, meanings);
  if (isRefusal(kind)) return { kind: 'proven', proof: 'whole' };
  return isHolding(kind) ? { kind: 'refused', code } : { kind: 'open', code };
}
