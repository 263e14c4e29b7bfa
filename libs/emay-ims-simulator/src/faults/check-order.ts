import { validateHeaderValue } from 'node:http';
import { MAX_TIMER_MS } from '../circumstances/max-timer-ms.js';
import { CALL_NAMES, type CallName, isCallName } from '../wire/call-name.js';
import { isJsonObject, type JsonObject } from '../wire/json.js';
import { FAULT_KINDS, FAULTS, isFaultKind } from './catalogue.js';
import type { FaultField } from './fault-definition.js';
import type { FaultKind, FaultOrder } from './fault.js';

const COUNT: FaultField = { type: 'integer', min: 1, meaning: 'a number of requests, or Infinity' };
const MILLISECONDS: FaultField = { type: 'integer', min: 0, max: MAX_TIMER_MS, meaning: 'milliseconds' };
const SKIP: FaultField = { type: 'integer', min: 0, meaning: 'a number of requests' };

/** What an order can wait for, by what its kind meets: a condition that is never asked would be a fault at another time. */
const CONDITIONS = {
  request: { meets: 'requests', conditions: ['on', 'times', 'skip', 'chance', 'afterMs', 'forMs'] },
  push: { meets: 'pushes', conditions: ['times', 'skip', 'chance', 'afterMs', 'forMs'] },
  port: { meets: 'no requests', conditions: ['afterMs', 'forMs'] },
};

/** Throws a `RangeError` whose message says what to write, unless the value is an order that can be carried out. */
export function checkFaultOrder(order: unknown): asserts order is FaultOrder {
  if (!isJsonObject(order))
    throw wrong(`${JSON.stringify(order)} is not an order; write one such as { "kind": "hang" }`);
  const kind = order.kind;
  if (typeof kind !== 'string' || !isFaultKind(kind)) {
    throw wrong(`there is no kind ${JSON.stringify(kind)}; write one of: ${FAULT_KINDS.join(', ')}`);
  }
  const { fields, accepts, calls } = FAULTS[kind];
  const known = new Map<string, FaultField>(Object.entries(fields));
  for (const [name, value] of Object.entries(order)) {
    if (value === undefined || name === 'kind') continue;
    const field = known.get(name);
    if (field) checkField(name, value, field, order);
    else if (name === 'accept' && accepts === 'choice') checkFlag(name, value);
    else checkCondition(kind, name, value, calls);
  }
  for (const [name, { required }] of known) {
    if (required && order[name] === undefined) throw wrong(`${kind} needs ${name}`);
  }
}

function checkCondition(kind: FaultKind, name: string, value: unknown, calls?: readonly CallName[]): void {
  const { meets, conditions } = CONDITIONS[FAULTS[kind].meets ?? 'request'];
  if (!conditions.includes(name) && CONDITIONS.request.conditions.includes(name)) {
    throw wrong(`${kind} meets ${meets}, so it has no ${JSON.stringify(name)}; it has ${conditions.join(', ')}`);
  }
  switch (name) {
    case 'on':
      checkCalls(value, kind, calls);
      return;
    case 'times':
      if (value !== Infinity) checkField(name, value, COUNT);
      return;
    case 'skip':
      checkField(name, value, SKIP);
      return;
    case 'chance':
      if (typeof value === 'number' && value > 0 && value <= 1) return;
      throw wrong(`chance is ${JSON.stringify(value)}; write a number above 0 and up to 1, such as 0.05`);
    case 'afterMs':
      checkField(name, value, MILLISECONDS);
      return;
    case 'forMs':
      if (value !== Infinity) checkField(name, value, MILLISECONDS);
      return;
    default:
      throw wrong(
        `${kind} has no ${JSON.stringify(name)}; it has ${Object.keys(FAULTS[kind].fields).join(', ') || 'no field of its own'}`,
      );
  }
}

/** Throws a `RangeError` unless the value names one or several of the calls that `who` meets. */
export function checkCalls(value: unknown, who: string, calls: readonly CallName[] = CALL_NAMES): void {
  const write = `write one or several of: ${calls.join(', ')}`;
  const named = [value].flat();
  if (named.length === 0) throw wrong(`on is []; ${write}`);
  for (const call of named) {
    if (typeof call !== 'string' || !isCallName(call))
      throw wrong(`there is no call ${JSON.stringify(call)}; ${write}`);
    if (!calls.includes(call)) throw wrong(`${who} does not meet ${call}; ${write}`);
  }
}

function checkField(name: string, value: unknown, field: FaultField, order: JsonObject = {}): void {
  if (field.type === 'text') {
    const inHeader = field.inHeader?.(order);
    const write = inHeader ? 'a text that an HTTP header can hold' : 'a text';
    if (typeof value === 'string' && (!inHeader || fitsHeader(value))) return;
    throw wrong(`${name} is ${JSON.stringify(value)}; write ${write}: ${field.meaning}`);
  }
  if (field.type === 'choice') {
    if (!field.choices.some((choice) => choice === value)) {
      throw wrong(`${name} is ${JSON.stringify(value)}; write one of: ${field.choices.join(', ')}`);
    }
    return;
  }
  const { min, max = Number.MAX_SAFE_INTEGER } = field;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    const range = field.max === undefined ? `from ${min}` : `from ${min} to ${max}`;
    throw wrong(`${name} is ${String(value)}; write a whole number ${range}: ${field.meaning}`);
  }
}

function fitsHeader(text: string): boolean {
  try {
    validateHeaderValue('result', text);
    return true;
  } catch {
    return false;
  }
}

function checkFlag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw wrong(`${name} is ${JSON.stringify(value)}; write true or false`);
}

function wrong(sentence: string): RangeError {
  return new RangeError(`fault: ${sentence}.`);
}
