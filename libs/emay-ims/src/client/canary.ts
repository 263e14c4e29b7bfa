import {
  classifyAnswerCode,
  decodeSendAnswer,
  isHolding,
  isRefusal,
  type AnswerCodeMeanings,
  type GatewayCall,
} from '../protocol/index.js';
import type { Exchange, HeldBack } from './exchange-outcome.js';

/** The calls that can be made so that they take nothing. */
export type CanaryCall = Extract<GatewayCall, 'sendBatchIMS' | 'sendSingleIMS'>;

/**
 * What is proven of an address: that requests reach the gateway whole, and that it knows the account.
 * `half`: not for the call that carries many messages, so one message has to go first.
 */
export type Proof = 'whole' | 'half';

/** What an answer to a canary says; `open`: a gateway may be there, but the answer proves nothing. */
export type CanaryEnd = { kind: 'proven'; proof: Proof } | HeldBack | { kind: 'open'; code: string };

/**
 * Tries the way to each address with a request that takes nothing, before a message goes there: so a wrong key, a proxy that
 * spoils requests, or an address where somebody else answers, costs no message.
 *
 * - The batch call with an empty list is refused after the account has been checked, and before anything is taken. Where it
 *   proves nothing, as some gateways may take an empty list for wrong parameters, the single call without a number decides.
 * - An address stays proven until somebody doubts it. One canary at a time for each address: whoever comes meanwhile waits for it.
 */
export class Canary {
  private readonly proofs = new Map<string, Proof>();
  private readonly underWay = new Map<string, Promise<HeldBack | null>>();

  constructor(
    private readonly baseUrls: readonly string[],
    private readonly isOn: boolean,
    private readonly fly: (call: CanaryCall, baseUrl: string, timeoutMs: number) => Promise<CanaryEnd>,
  ) {}

  /** Whether a message may go to one of the addresses at once. */
  get isProven(): boolean {
    return !this.isOn || this.baseUrls.some((baseUrl) => this.proofs.has(baseUrl));
  }

  /** Whether one message has to go first. */
  get isHalfProven(): boolean {
    return this.isOn && [...this.proofs.values()].includes('half');
  }

  /** `null`: a message may go there, at once where that is proven; else why not. */
  prove(baseUrl: string, timeoutMs: number): Promise<HeldBack | null> | null {
    if (!this.isOn || this.proofs.has(baseUrl)) return null;
    const underWay =
      this.underWay.get(baseUrl) ?? this.tryBothCalls(baseUrl, timeoutMs).finally(() => this.underWay.delete(baseUrl));
    this.underWay.set(baseUrl, underWay);
    return underWay;
  }

  /** Something went wrong: the way has to be tried again. */
  doubt(): void {
    this.proofs.clear();
  }

  /** The gateway has taken a message: that proves more than any canary. */
  confirm(): void {
    for (const baseUrl of this.proofs.keys()) this.proofs.set(baseUrl, 'whole');
  }

  private async tryBothCalls(baseUrl: string, timeoutMs: number): Promise<HeldBack | null> {
    const deadline = performance.now() + timeoutMs;
    const batch = await this.fly('sendBatchIMS', baseUrl, timeoutMs);
    const leftMs = Math.floor(deadline - performance.now());
    const end = batch.kind === 'open' && leftMs > 0 ? await this.fly('sendSingleIMS', baseUrl, leftMs) : batch;
    switch (end.kind) {
      case 'proven':
        this.proofs.set(baseUrl, end === batch ? end.proof : 'half');
        return null;
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
