import { channel } from 'node:diagnostics_channel';
import { printableCode } from '../protocol/index.js';

/** Name of the channel that tells, once it is stored, what the answer to a request meant for its messages. */
export const SETTLED_CHANNEL = 'emay-ims:settled';

/** What became of the messages of one request. */
export interface ImsSettledNotice {
  readonly account: string;
  /** How many messages ended alike: `ACCEPTED` with `SUCCESS`, `REJECTED` or `UNCONFIRMED` with the code that says why. */
  readonly settled: readonly { state: string; code: string; messages: number }[];
}

const settledChannel = channel(SETTLED_CHANNEL);

export function publishSettled(account: string, outcomes: readonly { state: string; code: string | null }[]): void {
  if (!settledChannel.hasSubscribers) return;
  const tally = new Map<string, { state: string; code: string; messages: number }>();
  for (const { state, code: raw } of outcomes) {
    const code = printableCode(raw ?? '');
    const entry = tally.get(`${state} ${code}`) ?? { state, code, messages: 0 };
    tally.set(`${state} ${code}`, entry);
    entry.messages++;
  }
  settledChannel.publish({ account, settled: [...tally.values()] } satisfies ImsSettledNotice);
}
