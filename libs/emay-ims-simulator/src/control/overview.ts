import type { InjectedFault } from '../faults/fault-plan.js';
import type { Gateway } from '../gateway/gateway.js';
import type { Simulator } from '../simulator.js';

interface Overviewed {
  readonly simulator: Simulator;
  readonly gateway: Pick<Gateway, 'pending'>;
  readonly seed: number;
  readonly startedAt: number;
  readonly now: number;
}

/** All there is to say in one answer. Keys are left out: who may look at the simulator need not be able to sign. */
export function overview({ simulator, gateway, seed, startedAt, now }: Overviewed): object {
  const waiting = new Map<string, number>();
  for (const { appId } of gateway.pending()) waiting.set(appId, (waiting.get(appId) ?? 0) + 1);
  return {
    url: simulator.url,
    startedAt,
    now,
    seed,
    accounts: simulator.accounts.map(({ appId, allowedIps = [] }) => ({
      appId,
      allowedIps,
      pending: waiting.get(appId) ?? 0,
    })),
    counters: simulator.counters(),
    faults: simulator.faults().map(describeFault),
  };
}

/** A fault without its `remove`. */
export function describeFault({ id, order, remaining, met }: InjectedFault): object {
  return { id, order, remaining, met };
}
