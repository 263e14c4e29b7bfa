import type { Statement } from '../support/bare-connection.js';
import type { SendEntry, WireReport } from '../support/gateway-calls.js';
import type { Message } from '../support/messages.js';

/**
 * What bare SQL needs for the pipeline on one database.
 *
 * - A table with the columns of the pipeline and its primary key, nothing more: no index on state or number, no attempts,
 *   no leases, no raw pages.
 * - Chunks are one statement each, in the form that is fastest there; each commits by itself, durably.
 */
export interface Floor {
  createTable: string;
  /** Stores messages that are about to be submitted. */
  insert: (messages: readonly Message[]) => Statement;
  /** Records that the gateway took them, unless their reports have come first. */
  accept: (entries: readonly SendEntry[]) => Statement;
  /** Records what their reports say. */
  finish: (reports: readonly WireReport[]) => Statement;
  /** Records what reports say in the module's own table, with all its indexes: what P3 is measured against. */
  finishOurs: (reports: readonly WireReport[]) => Statement;
}

export function finalState({ state }: WireReport): string {
  return state === 'DELIVRD' ? 'DELIVERED' : 'UNDELIVERABLE';
}

/** A time of the gateway, `yyyy-MM-dd HH:mm:ss` at +08:00, in epoch milliseconds. */
export function gatewayTime(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}+08:00`);
}
