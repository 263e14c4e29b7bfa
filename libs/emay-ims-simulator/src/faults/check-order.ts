import { CALL_NAMES, isCallName } from '../wire/call-name.js';
import { isJsonObject } from '../wire/json.js';
import { FAULT_KINDS, FAULTS, isFaultKind } from './catalogue.js';
import type { FaultField } from './fault-definition.js';
import type { FaultOrder } from './fault.js';

const COUNT: FaultField = { type: 'integer', min: 1, meaning: 'a number of requests, or Infinity' };
/** At most what a timer of Node takes. */
const MILLISECONDS: FaultField = { type: 'integer', min: 0, max: 2_147_483_647, meaning: 'milliseconds' };
const SKIP: FaultField = { type: 'integer', min: 0, meaning: 'a number of requests' };

/** Throws a `RangeError` whose message says what to write, unless the value is an order that can be carried out. */
export function checkFaultOrder(order: unknown): asserts order is FaultOrder {
  if (!isJsonObject(order))
    throw wrong(`${JSON.stringify(order)} is not an order; write one such as { "kind": "hang" }`);
  const kind = order.kind;
  if (typeof kind !== 'string' || !isFaultKind(kind)) {
    throw wrong(`there is no kind ${JSON.stringify(kind)}; write one of: ${FAULT_KINDS.join(', ')}`);
  }
  const { fields, accepts } = FAULTS[kind];
  const known = new Map<string, FaultField>(Object.entries(fields));
  for (const [name, value] of Object.entries(order)) {
    if (value === undefined || name === 'kind') continue;
    const field = known.get(name);
    if (field) checkField(name, value, field);
    else if (name === 'accept' && accepts === 'choice') checkFlag(name, value);
    else checkCondition(kind, name, value, [...known.keys()]);
  }
  for (const [name, { required }] of known) {
    if (required && order[name] === undefined) throw wrong(`${kind} needs ${name}`);
  }
}

function checkCondition(kind: string, name: string, value: unknown, fields: readonly string[]): void {
  switch (name) {
    case 'on':
      for (const call of [value].flat()) checkCall(call);
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
      throw wrong(`${kind} has no ${JSON.stringify(name)}; it has ${fields.join(', ') || 'no field of its own'}`);
  }
}

/** Throws a `RangeError` unless the value names one of the four calls. */
export function checkCall(call: unknown): void {
  if (typeof call === 'string' && isCallName(call)) return;
  throw wrong(`there is no call ${JSON.stringify(call)}; write one of: ${CALL_NAMES.join(', ')}`);
}

function checkField(name: string, value: unknown, field: FaultField): void {
  if (field.type === 'text') {
    if (typeof value !== 'string') throw wrong(`${name} is ${JSON.stringify(value)}; write a text: ${field.meaning}`);
    return;
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

function checkFlag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw wrong(`${name} is ${JSON.stringify(value)}; write true or false`);
}

function wrong(sentence: string): RangeError {
  return new RangeError(`fault: ${sentence}.`);
}
