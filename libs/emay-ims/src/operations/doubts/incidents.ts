import { countryOf, customImsIdProblem } from '../../protocol/index.js';
import type { DoubtIncident } from '../api/doubt-incident.js';
import { violation } from '../page-token.js';
import type { Place } from '../search/message-filter.js';
import type { Doubt, DoubtsWanted } from './doubt-reader.js';

const GAP_MS = 600_000;

/** Which messages an incident is about. */
export interface IncidentRange {
  code: string | null;
  from: number;
  to: number;
  /** Of the creation: what the index is in order of. */
  createdFrom: number;
  createdTo: number;
  /** Of many messages created at once, a page may hold some: of `createdTo` those behind this id, of `createdFrom` those up to that one. */
  behindId: string | null;
  untilId: string | null;
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

/**
 * @param doubts of one incident
 * @param after where the page begins that holds it
 * @param reached where that page ends
 */
export function rangeOfIncident(doubts: readonly Doubt[], after: Place | null, reached: Place | null): IncidentRange {
  const [from, to] = rangeOf(doubts.map(({ since }) => since));
  const [createdFrom, createdTo] = rangeOf(doubts.map(({ createdAt }) => createdAt));
  const ids = { behindId: idAt(after, createdTo), untilId: idAt(reached, createdFrom) };
  return { code: doubts[0]?.code ?? null, from, to, createdFrom, createdTo, ...ids };
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

function idAt(place: Place | null, time: number): string | null {
  return place?.createdAt === time ? place.customImsId : null;
}

function placeAt(createdAt: number, customImsId: string | null): Place | null {
  return customImsId === null ? null : { createdAt, customImsId };
}

/** What an incident is about. */
export function wantedOf(range: IncidentRange): DoubtsWanted {
  const { code, from, to, createdFrom, createdTo, behindId, untilId } = range;
  return {
    created: [createdFrom, createdTo],
    behind: placeAt(createdTo, behindId),
    until: placeAt(createdFrom, untilId),
    isSought: (doubt) => doubt.code === code && doubt.since >= from && doubt.since <= to,
  };
}

function idOf({ code, from, to, createdFrom, createdTo, behindId, untilId }: IncidentRange): string {
  const ids = behindId === null && untilId === null ? [] : [behindId, untilId];
  return Buffer.from(JSON.stringify([code, from, to, createdFrom, createdTo, ...ids])).toString('base64url');
}

/** @throws EmayImsValidationError for what is no id of an incident */
export function readIncident(id: string): IncidentRange {
  try {
    const parts: unknown = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'));
    const [code, from, to, createdFrom, createdTo, behindId = null, untilId = null] = parts as unknown[];
    const range = { code, from, to, createdFrom, createdTo, behindId, untilId };
    if (isRange(range)) return range;
  } catch {
    // No JSON: told below.
  }
  throw violation('incident', 'must be the id of an incident');
}

function isIdOrNull(id: unknown): boolean {
  return id === null || (typeof id === 'string' && customImsIdProblem(id) === null);
}

function isRange(range: Record<keyof IncidentRange, unknown>): range is IncidentRange {
  const { code, behindId, untilId, ...times } = range;
  const isCode = code === null || typeof code === 'string';
  return isCode && isIdOrNull(behindId) && isIdOrNull(untilId) && Object.values(times).every(Number.isSafeInteger);
}

function rangeOf(times: readonly number[]): [number, number] {
  return [Math.min(...times), Math.max(...times)];
}
