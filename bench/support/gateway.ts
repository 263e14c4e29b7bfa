import { once } from 'node:events';
import { start } from './processes.js';

/** What the gateway has seen since it started. */
export interface GatewayCounts {
  /** Messages it accepted. */
  accepted: number;
  /** Reports it handed out. */
  handedOut: number;
  /** Requests that carried messages. */
  sendRequests: number;
}

export interface Gateway {
  url: string;
  counts(): Promise<GatewayCounts>;
}

/** Runs the gateway simulator in a process of its own, fresh, for the time of `work`. */
export async function withGateway<T>(work: (gateway: Gateway) => Promise<T>): Promise<T> {
  const child = start('support/gateway-process', null);
  const answer = async () => (await once(child, 'message'))[0] as unknown;
  try {
    const url = (await answer()) as string;
    return await work({
      url,
      counts() {
        child.send('counts');
        return answer() as Promise<GatewayCounts>;
      },
    });
  } finally {
    if (child.connected) {
      child.disconnect();
      await once(child, 'exit');
    }
  }
}
