import type { CurrentSettings } from '../circumstances/account-settings.js';
import { withoutPath } from '../circumstances/push-settings.js';
import type { InjectedFault } from '../faults/fault-plan.js';
import type { Gateway } from '../gateway/gateway.js';
import type { Simulator } from '../simulator.js';

interface Overviewed {
  readonly simulator: Simulator;
  readonly gateway: Pick<Gateway, 'pendingOf'>;
  readonly seed: number;
  readonly startedAt: number;
  readonly now: number;
}

/** All there is to say in one answer. Keys are left out: who may look at the simulator need not be able to sign. */
export function overview({ simulator, gateway, seed, startedAt, now }: Overviewed): object {
  return {
    url: simulator.url,
    startedAt,
    now,
    seed,
    accounts: simulator.accounts.map(({ appId, allowedIps = [] }) => ({
      appId,
      allowedIps,
      pending: gateway.pendingOf(appId),
      ...settingsWithoutPath(simulator.accountSettings(appId)),
    })),
    counters: simulator.counters(),
    faults: simulator.faults().map(describeFault),
  };
}

/** The address of a push only as far as its host: what stands behind that may be a secret. */
export function settingsWithoutPath(settings: CurrentSettings): object {
  return { ...settings, push: withoutPath(settings.push) };
}

/** A fault without its `remove`. */
export function describeFault({ id, order, remaining, met }: InjectedFault): object {
  return { id, order, remaining, met };
}
