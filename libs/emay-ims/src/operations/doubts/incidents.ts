import { countryOf } from '../../protocol/index.js';
import type { DoubtIncident } from '../api/doubt-incident.js';
import { violation } from '../page-token.js';
import type { Doubt } from './doubt-reader.js';

const GAP_MS = 600_000;

/** Which messages an incident is about. */
export interface IncidentRange {
  code: string | null;
  from: number;
  to: number;
  /** Of the creation: what the index is in order of. */
  createdFrom: number;
  createdTo: number;
}

/** Groups of the same code, less than 10 minutes apart; newest first. */
export function intoIncidents(doubts: readonly Doubt[]): Doubt[][] {
  const byCode = new Map<string | null, Doubt[]>();
  for (const doubt of doubts) {
    const same = byCode.get(doubt.code);
    if (same) same.push(doubt);
    else byCode.set(doubt.code, [doubt]);
  }
  const incidents: Doubt[][] = [];
  for (const same of byCode.values()) {
    let last: Doubt | null = null;
    for (const doubt of same.toSorted((one, other) => one.since - other.since)) {
      if (last === null || doubt.since - last.since >= GAP_MS) incidents.push([]);
      incidents.at(-1)?.push(doubt);
      last = doubt;
    }
  }
  return incidents.toSorted((one, other) => newestOf(other) - newestOf(one));
}

function newestOf(incident: readonly Doubt[]): number {
  return incident.at(-1)?.since ?? 0;
}

/** @param doubts of one incident */
export function rangeOfIncident(doubts: readonly Doubt[]): IncidentRange {
  const [from, to] = rangeOf(doubts.map(({ since }) => since));
  const [createdFrom, createdTo] = rangeOf(doubts.map(({ createdAt }) => createdAt));
  return { code: doubts[0]?.code ?? null, from, to, createdFrom, createdTo };
}

export function toIncident(
  doubts: readonly Doubt[],
  range: IncidentRange,
  provedSent: DoubtIncident['provedSent'],
): DoubtIncident {
  const countries: Record<string, number> = {};
  for (const { mobile } of doubts) {
    const country = countryOf(mobile) ?? '';
    countries[country] = (countries[country] ?? 0) + 1;
  }
  const { code, from, to } = range;
  return { id: idOf(range), code, from: new Date(from), to: new Date(to), count: doubts.length, provedSent, countries };
}

/** Whether an incident is about this one. */
export function isOf({ code, from, to }: IncidentRange): (doubt: Doubt) => boolean {
  return (doubt) => doubt.code === code && doubt.since >= from && doubt.since <= to;
}

function idOf({ code, from, to, createdFrom, createdTo }: IncidentRange): string {
  return Buffer.from(JSON.stringify([code, from, to, createdFrom, createdTo])).toString('base64url');
}

/** @throws EmayImsValidationError for what is no id of an incident */
export function readIncident(id: string): IncidentRange {
  try {
    const [code, ...times] = JSON.parse(Buffer.from(id, 'base64url').toString('utf8')) as [string | null, ...number[]];
    const [from, to, createdFrom, createdTo] = times as [number, number, number, number];
    if (times.length === 4 && times.every(Number.isSafeInteger) && (code === null || typeof code === 'string')) {
      return { code, from, to, createdFrom, createdTo };
    }
  } catch {
    // No JSON: told below.
  }
  throw violation('incident', 'must be the id of an incident');
}

function rangeOf(times: readonly number[]): [number, number] {
  return [Math.min(...times), Math.max(...times)];
}
