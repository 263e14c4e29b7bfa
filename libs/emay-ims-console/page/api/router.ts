import { base } from './base.js';
import { Store } from './store.js';

/** Where in the console the address bar is: the path below the mount, decoded by segment, and the query. */
export interface Place {
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

function read(): Place {
  const { pathname, search, origin } = document.location;
  const below = (origin + pathname).startsWith(base) ? (origin + pathname).slice(base.length) : '';
  return { segments: below.split('/').filter(Boolean).map(decode), query: new URLSearchParams(search) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // Somebody typed a lone `%`.
  }
}

export const place = new Store<Place>(read());

/** The address of a page. The account stays as it is: what one looks at changes only by choice. */
export function addressFor(
  segments: readonly string[],
  query: Readonly<Record<string, string | null | undefined>> = {},
): string {
  const url = new URL(segments.map(encodeURIComponent).join('/'), base);
  const account = place.value.query.get('account');
  for (const [name, value] of Object.entries({ account, ...query })) if (value) url.searchParams.set(name, value);
  return url.href;
}

export function goTo(address: string, { replaces = false } = {}): void {
  if (address !== document.location.href) history[replaces ? 'replaceState' : 'pushState'](null, '', address);
  place.set(read());
}

/** Another query of the same page. */
export function requery(changes: Readonly<Record<string, string | null>>, { replaces = false } = {}): void {
  const url = new URL(document.location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  goTo(url.href, { replaces });
}

window.addEventListener('popstate', () => place.set(read()));
