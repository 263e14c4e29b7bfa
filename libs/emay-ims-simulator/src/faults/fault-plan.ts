import { ArmedOrder } from './armed-order.js';
import type { Armed, FaultSurroundings, Meeting } from './armed.js';
import { checkFaultOrder } from './check-order.js';
import type { Fault, FaultOrder } from './fault.js';
import { checkScenario, PlayedScenario, type Scenario } from './scenario.js';
import { ShutPort } from './shut-port.js';

/** A fault that was injected, or a scenario that was started. */
export interface InjectedFault {
  readonly id: string;
  readonly order: FaultOrder | Scenario;
  /** How many requests it will still spoil; of a scenario, the steps that are left. */
  readonly remaining: number;
  /** How many requests it has spoilt. */
  readonly met: number;
  /** Takes it away; without effect where it is spent. */
  remove(): void;
}

interface Entry {
  readonly armed: Armed;
  readonly injected: InjectedFault;
  met: number;
}

/** The injected faults in the order they came. One request meets at most one of them. */
export class FaultPlan {
  private entries: Entry[] = [];
  private injections = 0;
  private surroundings: FaultSurroundings;

  /** `newSurroundings`: whose draws begin anew each time. */
  constructor(private readonly newSurroundings: () => FaultSurroundings) {
    this.surroundings = newSurroundings();
  }

  /** Throws a `RangeError` whose message says what to write. */
  inject(order: FaultOrder): InjectedFault {
    checkFaultOrder(order);
    return this.add(order, this.arm(order));
  }

  /** Throws a `RangeError` whose message says what to write. */
  play(scenario: Scenario): InjectedFault {
    checkScenario(scenario);
    return this.add(scenario, new PlayedScenario(scenario, (order) => this.arm(order)));
  }

  /** The fault that this request or push meets, now spent once; one to nobody only such as are not counted. */
  take(meeting: Meeting): Fault | undefined {
    if (this.entries.length === 0) return undefined;
    for (const entry of this.entries) {
      const fault = entry.armed.take(meeting);
      if (!fault) continue;
      entry.met++;
      return fault;
    }
    this.forgetSpent();
    return undefined;
  }

  /** Those that may still spoil something. */
  list(): InjectedFault[] {
    this.forgetSpent();
    return this.entries.map(({ injected }) => injected);
  }

  clear(): void {
    for (const { armed } of this.entries) armed.cancel();
    this.entries = [];
  }

  /** Removes all, and draws from the beginning again. */
  reset(): void {
    this.clear();
    this.surroundings = this.newSurroundings();
  }

  private arm(order: FaultOrder): Armed {
    return order.kind === 'refuse'
      ? new ShutPort(order, this.surroundings.door)
      : new ArmedOrder(order, this.surroundings);
  }

  private add(order: FaultOrder | Scenario, armed: Armed): InjectedFault {
    const entry: Entry = {
      armed,
      met: 0,
      injected: {
        id: String(++this.injections),
        order,
        get remaining() {
          return armed.isOver() ? 0 : armed.remaining;
        },
        get met() {
          return entry.met;
        },
        remove: () => {
          armed.cancel();
          this.forgetSpent();
        },
      },
    };
    this.entries.push(entry);
    return entry.injected;
  }

  private forgetSpent(): void {
    this.entries = this.entries.filter(({ armed }) => !armed.isOver());
  }
}
