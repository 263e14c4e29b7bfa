import { isJsonObject } from '../wire/json.js';

const INFINITY = 'Infinity';

/** JSON has no Infinity: it is written as the text "Infinity". */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (inner === Infinity ? INFINITY : inner));
}

/** A fault order out of JSON: the two conditions that may be endless are read back. */
export function withInfinity(order: unknown): unknown {
  if (!isJsonObject(order)) return order;
  const endless = ['times', 'forMs'].filter((name) => order[name] === INFINITY);
  return { ...order, ...Object.fromEntries(endless.map((name) => [name, Infinity])) };
}

/** A scenario out of JSON, each of its steps read as an order. */
export function scenarioWithInfinity(scenario: unknown): unknown {
  if (!isJsonObject(scenario) || !Array.isArray(scenario.steps)) return scenario;
  return { ...scenario, steps: scenario.steps.map(withInfinity) };
}
