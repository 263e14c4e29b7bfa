import { FAULTS, isFaultKind } from '../faults/catalogue.js';
import { checkFaultOrder } from '../faults/check-order.js';
import type { FaultField } from '../faults/fault-definition.js';
import type { FaultOrder } from '../faults/fault.js';

/**
 * Reads an order such as `reset-after,on=sendBatchIMS+sendSingleIMS,chance=0.02`: a kind, then fields; one without a value
 * is true. Throws a `RangeError` whose message says what to write.
 */
export function parseFault(text: string): FaultOrder {
  const [kind = '', ...fields] = text.split(',').map((part) => part.trim());
  const known = new Map<string, FaultField>(isFaultKind(kind) ? Object.entries(FAULTS[kind].fields) : []);
  const order: Record<string, unknown> = { kind };
  for (const field of fields) {
    const equals = field.indexOf('=');
    const name = equals === -1 ? field : field.slice(0, equals);
    order[name] = equals === -1 ? true : valueOf(name, field.slice(equals + 1), known.get(name));
  }
  try {
    checkFaultOrder(order);
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`--fault "${text}": ${error.message}`) : error;
  }
  return order;
}

function valueOf(name: string, text: string, field: FaultField | undefined): unknown {
  if (name === 'on') return text.split('+');
  if (field?.type === 'text') return text;
  if (field?.type === 'choice') return field.choices.find((choice) => String(choice) === text) ?? text;
  if (text === 'true' || text === 'false') return text === 'true';
  // `Number` reads "Infinity" too, and makes 0 of an empty text.
  const number = Number(text);
  return text === '' || Number.isNaN(number) ? text : number;
}
