import type { InjectedFault } from '../faults/fault-plan.js';
import { withoutControls } from './request-line.js';

export interface FaultChange {
  readonly fault: InjectedFault;
  readonly change: 'waits' | 'is over';
}

/** Notices faults that were injected, from wherever, and those that are over. */
export class FaultWatch {
  private known = new Map<string, InjectedFault>();

  constructor(private readonly list: () => readonly InjectedFault[]) {}

  changes(): FaultChange[] {
    const present = new Map(this.list().map((fault) => [fault.id, fault]));
    const over = [...this.known.values()].filter(({ id }) => !present.has(id));
    const added = [...present.values()].filter(({ id }) => !this.known.has(id));
    this.known = present;
    return [
      ...over.map((fault): FaultChange => ({ fault, change: 'is over' })),
      ...added.map((fault): FaultChange => ({ fault, change: 'waits' })),
    ];
  }
}

export function faultLine({ fault, change }: FaultChange): string {
  const met = change === 'is over' ? ` after ${fault.met} request${fault.met === 1 ? '' : 's'}` : '';
  return `fault ${fault.id} ${change}${met}: ${describeOrder(fault.order)}`;
}

/** As `--fault` takes it. */
function describeOrder(order: InjectedFault['order']): string {
  if ('steps' in order) return `scenario of ${order.steps.length} steps${order.repeat ? ', repeated' : ''}`;
  const { kind, ...fields } = order;
  const written = Object.entries(fields).map(([name, value]) => `${name}=${[value].flat().join('+')}`);
  // Anyone who reaches the control calls can inject a fault.
  return withoutControls([kind, ...written].join(','));
}
