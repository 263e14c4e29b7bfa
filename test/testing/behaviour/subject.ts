import type { EmayImsService, ImsMessage } from 'nestjs-emay-ims';

/** One that is to behave like the other: the real module with the simulator, or the stand-in. */
export interface Subject {
  readonly ims: EmayImsService;
  /** The gateway refuses the next request. */
  refuseNext(code: string): void;
  /** A number of which the gateway refuses every message. */
  refusedNumber(code: string): string;
  /** The gateway is out of reach, until `reachable`. */
  unreachable(): void;
  reachable(): void;
  /** The gateway takes the next request, and its answer is lost. */
  loseNextAnswer(): void;
  /** A delivery report of the message, with the vendor's word, comes in. */
  report(customImsId: string, state: string): Promise<void>;
  /** Resolves to the message once the background has done this to it. */
  background(customImsId: string, isDone: (message: ImsMessage) => boolean): Promise<ImsMessage>;
  /** The pause after which a gateway that failed is tried again is over. */
  pauseOver(): Promise<void>;
  close(): Promise<void>;
}

export const MOBILE = '+61422118000';
export const MESSAGE = { mobile: MOBILE, content: 'Hello', customImsId: 'one' };

/** `count` messages with ids of their own, to different numbers. */
export function messages(count: number, more: object = {}) {
  return Array.from({ length: count }, (_, index) => ({
    mobile: `+61${422_118_001 + index}`,
    content: 'Hello',
    customImsId: `id-${index}`,
    ...more,
  }));
}

export function idsOf(list: readonly ImsMessage[]): string[] {
  return list.map(({ customImsId }) => customImsId);
}
