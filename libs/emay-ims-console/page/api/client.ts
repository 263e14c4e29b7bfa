import { base } from './base.js';

/** What the server, or the way to it, refused. `status` 0: there was no answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly right: string | null = null,
    readonly field: string | null = null,
    readonly requestId: string | null = null,
  ) {
    super(message || code);
  }

  /** Whether a right is missing; anything else that is answered with 403 has a remedy of its own, which `message` names. */
  get isForbidden(): boolean {
    return this.code === 'RIGHT_MISSING' || this.code === 'ACCESS_DENIED';
  }
}

export type Params = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** Of bearer hosts; in memory only, so a reload forgets it. */
let key: string | null = null;
let onUnauthorized: (wantsKey: boolean) => void = () => {};

export const useKey = (typed: string | null): void => void (key = typed);
export const whenUnauthorized = (listener: (wantsKey: boolean) => void): void => void (onUnauthorized = listener);

/** The session's headers; the second is what a foreign page cannot send without being asked. */
export function headers(): Record<string, string> {
  return { 'x-emay-ims-console': '1', ...(key === null ? {} : { authorization: `Bearer ${key}` }) };
}

export function addressOf(path: string, params: Params = {}): string {
  const url = new URL(`api/v1/${path}`, base);
  for (const [name, value] of Object.entries(params)) {
    if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    url.searchParams.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return url.href;
}

export const read = <T>(path: string, params?: Params, signal?: AbortSignal): Promise<T> =>
  call(addressOf(path, params), { signal });

export const write = <T>(path: string, params: Params, body: unknown): Promise<T> =>
  call(addressOf(path, params), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function call<T>(address: string, init: RequestInit & { headers?: Record<string, string> }): Promise<T> {
  const response = await ask(address, init);
  return (await response.json().catch(() => {
    throw new ApiError(response.status, 'UNREADABLE', 'The answer is not JSON.');
  })) as T;
}

/** @throws ApiError unless the answer is a good one */
export async function ask(
  address: string,
  init: RequestInit & { headers?: Record<string, string> } = {},
): Promise<Response> {
  const response = await fetch(address, {
    ...init,
    headers: { accept: 'application/json', ...headers(), ...init.headers },
    credentials: 'same-origin',
    cache: 'no-store',
    // A login page elsewhere is no answer: it would arrive as a readable 200.
    redirect: 'manual',
  }).catch((cause: Error) => {
    if (cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'NO_ANSWER', cause.message);
  });
  if (response.ok) return response;
  if (response.type === 'opaqueredirect' || response.status === 401) {
    onUnauthorized((response.headers.get('www-authenticate') ?? '').toLowerCase().includes('bearer'));
    throw new ApiError(401, 'UNAUTHORIZED', 'The session has ended.');
  }
  const { error } = (await response.json().catch(() => ({}))) as {
    error?: { code?: string; message?: string; right?: string; field?: string; requestId?: string };
  };
  throw new ApiError(
    response.status,
    error?.code ?? `HTTP_${response.status}`,
    error?.message ?? response.statusText,
    error?.right ?? null,
    error?.field ?? null,
    error?.requestId ?? null,
  );
}
