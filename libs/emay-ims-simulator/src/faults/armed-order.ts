import { CALL_NAMES, type CallName } from '../wire/call-name.js';
import type { Armed, FaultSurroundings, Meeting } from './armed.js';
import { FAULTS } from './catalogue.js';
import type { Fault, FaultOrder } from './fault.js';

/** One order, waiting for its requests. */
export class ArmedOrder implements Armed {
  remaining: number;
  private readonly fault: Fault;
  private readonly calls: ReadonlySet<CallName>;
  private readonly chance: number;
  private readonly random: () => number;
  private readonly from: number;
  private readonly until: number;
  private readonly now: () => number;
  private toSkip: number;

  constructor(order: FaultOrder, { now, newRandom }: FaultSurroundings) {
    const { on, times, skip = 0, chance, afterMs = 0, forMs, ...fault } = order;
    this.fault = fault;
    this.calls = new Set(on === undefined ? (FAULTS[fault.kind].calls ?? CALL_NAMES) : [on].flat());
    this.remaining = times ?? (chance === undefined && forMs === undefined ? 1 : Infinity);
    this.toSkip = skip;
    this.chance = chance ?? 1;
    this.random = newRandom();
    this.now = now;
    this.from = now() + afterMs;
    this.until = this.from + (forMs ?? Infinity);
  }

  take(meeting: Meeting): Fault | undefined {
    if (isToNobody(meeting) && (this.remaining < Infinity || this.toSkip > 0)) return undefined;
    if (this.isOver() || this.now() < this.from || !this.waitsFor(meeting)) return undefined;
    if (this.toSkip > 0) {
      this.toSkip--;
      return undefined;
    }
    if (this.chance < 1 && this.random() >= this.chance) return undefined;
    this.remaining--;
    return this.fault;
  }

  private waitsFor(meeting: Meeting): boolean {
    const { meets = 'request', transport } = FAULTS[this.fault.kind];
    if (meeting === 'push' || meets === 'push') return meeting === meets;
    return this.calls.has(meeting.call) && (transport === undefined || transport === meeting.transport);
  }

  isOver(): boolean {
    return this.remaining <= 0 || this.now() >= this.until;
  }

  cancel(): void {
    this.remaining = 0;
  }
}

function isToNobody(meeting: Meeting): boolean {
  return meeting !== 'push' && meeting.isToNobody;
}
