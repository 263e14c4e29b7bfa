import type { CallName } from '../wire/call-name.js';
import { isJsonObject } from '../wire/json.js';
import { CALL_NAMES } from '../wire/call-name.js';
import type { Armed, Meeting } from './armed.js';
import { checkCalls, checkFaultOrder } from './check-order.js';
import type { Fault, FaultOrder } from './fault.js';

/** Lets requests go by unharmed. */
export interface PassStep {
  /** How many. */
  readonly pass: number;
  /** The calls that count. Default: all four. */
  readonly on?: CallName | readonly CallName[] | undefined;
}

/** A step of a scenario: a fault, or a number of requests that pass. */
export type ScenarioStep = PassStep | FaultOrder;

/** A script: each step waits until the one before it is spent. */
export interface Scenario {
  readonly steps: readonly ScenarioStep[];
  /** Begins again after the last step. Default: false. */
  readonly repeat?: boolean | undefined;
}

/** Throws a `RangeError` whose message says what to write. */
export function checkScenario(scenario: unknown): asserts scenario is Scenario {
  if (!isJsonObject(scenario) || !Array.isArray(scenario.steps) || scenario.steps.length === 0) {
    throw new RangeError('scenario: write { "steps": [{ "pass": 2 }, { "kind": "hang" }] }, with at least one step.');
  }
  const { steps, repeat = false, ...rest } = scenario;
  const strange = Object.keys(rest)[0];
  if (strange !== undefined) throw new RangeError(`scenario: there is no "${strange}"; write steps and repeat.`);
  if (typeof repeat !== 'boolean') throw new RangeError('scenario: repeat is true or false.');
  steps.forEach((step: unknown, index) => {
    try {
      checkStep(step);
    } catch (error) {
      throw error instanceof RangeError ? new RangeError(`scenario: step ${index + 1}: ${error.message}`) : error;
    }
  });
}

function checkStep(step: unknown): void {
  if (!isJsonObject(step) || !('pass' in step)) {
    checkFaultOrder(step);
    return;
  }
  const { pass, on = CALL_NAMES, ...rest } = step;
  if (typeof pass !== 'number' || !Number.isSafeInteger(pass) || pass < 1) {
    throw new RangeError(`pass is ${String(pass)}; write a whole number from 1.`);
  }
  checkCalls(on, 'pass');
  const strange = Object.keys(rest)[0];
  if (strange !== undefined) throw new RangeError(`a step with pass has no "${strange}".`);
}

/** Plays a scenario: at any time one of its steps is armed. */
export class PlayedScenario implements Armed {
  private index = 0;
  private current: Armed | undefined;

  constructor(
    private readonly scenario: Scenario,
    private readonly arm: (order: FaultOrder) => Armed,
  ) {
    this.current = this.armStep();
  }

  /** Steps still to play, the current one included; `Infinity` for one that repeats. */
  get remaining(): number {
    this.advance();
    if (!this.current) return 0;
    return this.scenario.repeat ? Infinity : this.scenario.steps.length - this.index;
  }

  take(meeting: Meeting): Fault | undefined {
    this.advance();
    return this.current?.take(meeting);
  }

  isOver(): boolean {
    this.advance();
    return this.current === undefined;
  }

  cancel(): void {
    this.current?.cancel();
    this.current = undefined;
  }

  private advance(): void {
    // One round of steps at most: a scenario of steps that end at once must not spin.
    for (let tries = 0; this.current?.isOver() && tries <= this.scenario.steps.length; tries++) {
      this.index++;
      if (this.scenario.repeat) this.index %= this.scenario.steps.length;
      this.current = this.armStep();
    }
  }

  private armStep(): Armed | undefined {
    const step = this.scenario.steps[this.index];
    if (!step) return undefined;
    return 'pass' in step ? new Passing(step) : this.arm(step);
  }
}

class Passing implements Armed {
  remaining: number;
  private readonly calls: ReadonlySet<CallName>;

  constructor({ pass, on = CALL_NAMES }: PassStep) {
    this.remaining = pass;
    this.calls = new Set([on].flat());
  }

  take(meeting: Meeting): undefined {
    if (meeting !== 'push' && this.calls.has(meeting.call) && !meeting.isToNobody) this.remaining--;
    return undefined;
  }

  isOver(): boolean {
    return this.remaining <= 0;
  }

  cancel(): void {
    this.remaining = 0;
  }
}
