import type {
  Canary,
  CanaryEnd,
  EmayImsClient,
  RefusedOutcome,
  SendOutcome,
  UnconfirmedOutcome,
  UnsentOutcome,
} from '../client/index.js';
import type { OutgoingMessage } from '../protocol/index.js';
import { judge } from '../sending/verdict.js';
import { standsFor, type Surface } from './surface.js';

/** Whom a scripted outcome is for. */
export interface ScriptedFor {
  /** E.164. Default: whoever comes next. */
  mobile?: string | undefined;
  /** How often. Default 1; `Infinity` until `clear()`. */
  times?: number | undefined;
}

export type ScriptedOutcome = RefusedOutcome | UnsentOutcome | UnconfirmedOutcome;

interface Script {
  outcome: ScriptedOutcome;
  mobile: string | undefined;
  left: number;
  /** The message that has met a refusal inside a batch: every request that carries it is refused. */
  culprit: string | null;
}

const FIRST_IMS_ID = 10_000_000_000;

/**
 * The gateway's side of the stand-in: accepts every message, but for those whose outcome a test has scripted.
 *
 * - Outcomes are met in the order in which they were scripted, one by each request.
 * - Whatever is in the same request shares the outcome. A refused message is found by halving, as with the real gateway:
 *   its neighbours are sent.
 */
export class ScriptedGateway implements Surface<EmayImsClient, 'getImsReport'> {
  /** What a test has scripted is for messages. */
  readonly canary = standsFor<Canary, 'prove' | 'ask' | 'isOn' | 'isWhole' | 'confirm'>({
    isProven: true,
    isHalfProven: false,
    invalidate: () => undefined,
  });
  private scripts: Script[] = [];
  private lastImsId = FIRST_IMS_ID;

  /** @throws RangeError where it cannot happen so many times */
  script(outcome: ScriptedOutcome, { mobile, times = 1 }: ScriptedFor): void {
    if (times !== Infinity && !(Number.isSafeInteger(times) && times >= 0)) {
      throw new RangeError(`times is ${String(times)}: write a whole number from 0, or Infinity.`);
    }
    if (times > 0) this.scripts.push({ outcome, mobile, left: times, culprit: null });
  }

  clear(): void {
    this.scripts = [];
  }

  newImsId(): string {
    return String(++this.lastImsId);
  }

  async proveAddress(): Promise<null> {
    return null;
  }

  async tryTransport(): Promise<CanaryEnd> {
    return { kind: 'proven', proof: 'whole', code: 'ERROR_MOBILE_EMPTY' };
  }

  async sendSingleIms(message: OutgoingMessage): Promise<SendOutcome> {
    return this.answer([message]);
  }

  async sendBatchIms(
    content: string,
    recipients: readonly { mobile: string; customImsId: string }[],
  ): Promise<SendOutcome> {
    return this.answer(recipients.map((recipient) => ({ ...recipient, content })));
  }

  async sendPersonalityIms(messages: readonly OutgoingMessage[]): Promise<SendOutcome> {
    return this.answer(messages);
  }

  private answer(messages: readonly OutgoingMessage[]): SendOutcome {
    for (const script of this.scripts) {
      const culprit = messages.find((message) => isFor(script, message));
      if (culprit) return this.play(script, culprit, messages);
    }
    return {
      kind: 'accepted',
      entries: messages.map(({ mobile, customImsId }) => ({ mobile, customImsId, imsId: this.newImsId() })),
    };
  }

  private play(script: Script, culprit: OutgoingMessage, messages: readonly OutgoingMessage[]): ScriptedOutcome {
    const isSplit = judge(script.outcome, messages).kind === 'split';
    script.culprit = isSplit ? culprit.customImsId : null;
    if (!isSplit) script.left--;
    this.scripts = this.scripts.filter(({ left }) => left > 0);
    return script.outcome;
  }
}

function isFor({ culprit, mobile }: Script, message: OutgoingMessage): boolean {
  if (culprit !== null) return message.customImsId === culprit;
  return mobile === undefined || message.mobile === mobile;
}
