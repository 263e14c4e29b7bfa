import {
  classifyAnswerCode,
  isHolding,
  isRefusal,
  type AnswerCodeMeanings,
  type GatewayCall,
} from '../protocol/index.js';
import type { HeldBack } from './exchange-outcome.js';
import type { ReadAnswer } from './transport/gateway-transport.js';

/** How long large requests count as spoilt by a proxy. */
const SPOILT_FOR_MS = 10 * 60_000;

/** The calls that can be made without recipients. */
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

/**
 * The result of a canary, with the code of the answer.
 * - `proven`: the gateway knows the account. Of a `half` proof, `code` says why: what the batch call was answered
 * - `open`: a gateway may be there, but the answer proves nothing
 */
export type CanaryEnd = { kind: 'proven'; proof: Proof; code: string } | HeldBack | { kind: 'open'; code: string };

/**
 * Proves each address with a request without recipients, before a message goes there. So a wrong key, a proxy that spoils requests, or a
 * wrong server at the address costs no message.
 *
 * - The gateway refuses the batch call with an empty list after it has checked the account. If that proves nothing (some gateways may report
 *   wrong parameters), the single call without a number decides.
 * - An address stays proven until `invalidate`. One canary at a time for each address and size; other requests wait for it.
 * - A canary is as large as the request that it goes before, as some proxies spoil only large ones. If that size fails and the usual one
 *   succeeds, only requests of that size are held back.
 */
export class Canary {
  private readonly proofs = new Map<string, Proven>();
  /** By address: the smallest size that was spoilt, and how long that counts, by the monotonic clock. */
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

  /** Whether the next address is half-proven, so that one message has to go first. */
  get isHalfProven(): boolean {
    const first = this.baseUrls.find((baseUrl) => this.proofs.has(baseUrl));
    return this.isOn && first !== undefined && !this.isWhole(first);
  }

  /** Whether this address is proven for any request, and nothing has failed since. */
  isWhole(baseUrl: string): boolean {
    return !this.isOn || this.proofs.get(baseUrl)?.proof === 'whole';
  }

  /** Resolves to why a request of this size may not go there; `null`: it may, at once if that is already proven. */
  prove(baseUrl: string, timeoutMs: number, requestBytes = 0): Promise<HeldBack | null> | null {
    // In steps, so that not every request needs its own canary.
    const bytes = Math.max(1, Math.ceil(requestBytes / this.usualBytes)) * this.usualBytes;
    if (!this.isOn || bytes <= (this.proofs.get(baseUrl)?.bytes ?? 0)) return null;
    const key = `${bytes} ${baseUrl}`;
    const inFlight =
      this.inFlight.get(key) ?? this.reach(baseUrl, bytes, timeoutMs).finally(() => this.inFlight.delete(key));
    this.inFlight.set(key, inFlight);
    return inFlight;
  }

  /** Asks the address, whatever is proven of it, and remembers nothing. */
  async ask(baseUrl: string, timeoutMs: number, bytes = this.usualBytes): Promise<CanaryEnd> {
    const deadline = performance.now() + timeoutMs;
    const batch = await this.send('sendBatchIMS', baseUrl, bytes, timeoutMs);
    const leftMs = Math.floor(deadline - performance.now());
    if (batch.kind !== 'open' || leftMs <= 0) return batch;
    const single = await this.send('sendSingleIMS', baseUrl, bytes, leftMs);
    if (single.kind !== 'proven') return single;
    // Who takes a message without a number has proven less than who refuses a batch without one.
    return { kind: 'proven', proof: 'half', code: single.code === 'SUCCESS' ? single.code : batch.code };
  }

  /** After a failure: every address has to be proven again. */
  invalidate(): void {
    this.proofs.clear();
  }

  /** The gateway accepted a message there: that proves more than any canary. */
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
      // Half of the time: a proxy may let large requests hang, and the usual size needs the rest.
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

  /** Why a canary of this size, or a smaller one, was spoilt a short while ago. */
  private spoiltWith(baseUrl: string, bytes: number): string | null {
    const spoilt = this.spoilt.get(baseUrl);
    return spoilt && bytes >= spoilt.bytes && performance.now() < spoilt.until ? spoilt.reason : null;
  }

  private async tryBothCalls(baseUrl: string, bytes: number, timeoutMs: number): Promise<HeldBack | null> {
    const end = await this.ask(baseUrl, timeoutMs, bytes);
    switch (end.kind) {
      case 'proven': {
        // The gateway may have accepted messages since: that proves more.
        const isWhole = end.proof === 'whole' || this.proofs.get(baseUrl)?.proof === 'whole';
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

/** What the answer to a canary proves. It has no recipients, so whatever it says, the messages behind it are unsent. */
export function canaryEnd(answer: ReadAnswer, meanings: AnswerCodeMeanings): CanaryEnd {
  if (answer.kind === 'unreadable') return { kind: 'unsent', reason: 'UNREADABLE' };
  if (answer.kind === 'undecipherable') return { kind: 'unsent', reason: 'UNDECIPHERABLE' };
  // A server that accepts an empty list may accept anything without sending it.
  if (answer.kind === 'success') return { kind: 'proven', proof: 'half', code: 'SUCCESS' };
  const { code } = answer;
  const kind = classifyAnswerCode(code, meanings);
  if (isRefusal(kind)) return { kind: 'proven', proof: 'whole', code };
  return isHolding(kind) ? { kind: 'refused', code } : { kind: 'open', code };
}
