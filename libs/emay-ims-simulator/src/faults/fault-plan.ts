import { CALL_NAMES, type CallName } from '../wire/call-name.js';
import type { Fault, FaultOrder } from './fault.js';
import { FAULT_KINDS, isFaultKind } from './play-fault.js';

/** A fault that was injected. */
export interface InjectedFault {
  /** How many requests it will still spoil. */
  readonly remaining: number;
  remove(): void;
}

interface Waiting {
  readonly fault: Fault;
  readonly calls: ReadonlySet<CallName>;
  remaining: number;
}

/** The injected faults in the order they came. One request meets at most one of them. */
export class FaultPlan {
  private waiting: Waiting[] = [];

  /** Throws a `RangeError` whose message says what to write. */
  inject(order: FaultOrder): InjectedFault {
    const { on, times = 1, ...rest } = order;
    const fault: Fault = rest;
    const kind: string = fault.kind;
    if (!isFaultKind(kind)) {
      throw new RangeError(`fault: there is no kind "${kind}"; write one of: ${FAULT_KINDS.join(', ')}.`);
    }
    if (times !== Infinity && !(Number.isSafeInteger(times) && times >= 1)) {
      throw new RangeError(`fault: times is ${times}; write a whole number from 1, or Infinity.`);
    }
    const calls = new Set(on === undefined ? CALL_NAMES : [on].flat());
    for (const call of calls) {
      const name: string = call;
      if (!CALL_NAMES.includes(call)) {
        throw new RangeError(`fault: there is no call "${name}"; write one of: ${CALL_NAMES.join(', ')}.`);
      }
    }
    const waiting: Waiting = { fault, calls, remaining: times };
    this.waiting.push(waiting);
    return {
      get remaining() {
        return waiting.remaining;
      },
      remove: () => {
        waiting.remaining = 0;
        this.forgetSpent();
      },
    };
  }

  /** The fault that this call meets, now spent once. */
  take(call: CallName): Fault | undefined {
    if (this.waiting.length === 0) return undefined;
    const next = this.waiting.find(({ calls }) => calls.has(call));
    if (!next) return undefined;
    next.remaining--;
    this.forgetSpent();
    return next.fault;
  }

  clear(): void {
    for (const waiting of this.waiting) waiting.remaining = 0;
    this.waiting = [];
  }

  private forgetSpent(): void {
    this.waiting = this.waiting.filter(({ remaining }) => remaining > 0);
  }
}
