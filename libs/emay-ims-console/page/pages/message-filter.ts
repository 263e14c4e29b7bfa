import type { ImsMessageState, MessageSearch } from '../api/types.js';
import { STATES } from '../parts/state-mark.js';

/** The filters of the list as the address has them. */
export interface MessageFilter {
  readonly states: readonly ImsMessageState[];
  readonly code: string;
  readonly country: string;
  readonly mobile: string;
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

const TEXTS = ['code', 'country', 'mobile', 'id', 'from', 'to'] as const;

export function filterOf(query: URLSearchParams): MessageFilter {
  const named = query.getAll('state').flatMap((value) => value.split(','));
  const texts = Object.fromEntries(TEXTS.map((name) => [name, query.get(name)?.trim() ?? '']));
  return { ...(texts as Omit<MessageFilter, 'states'>), states: STATES.filter((state) => named.includes(state)) };
}

export function paramsOf({ states, ...texts }: MessageFilter): Record<string, string | null> {
  return { state: states.join(',') || null, ...texts };
}

export function searchOf({ states, ...texts }: MessageFilter): MessageSearch {
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== ''));
  return { ...(states.length > 0 ? { states: [...states] } : {}), ...given };
}

export function isEmpty({ states, ...texts }: MessageFilter): boolean {
  return states.length === 0 && Object.values(texts).every((value) => value === '');
}
