import type { ReceivedRequest } from '../oracle/records.js';
import { maskMobile } from '../wire/mobile.js';

/** What an exchange looked like, in one line without a full number or a text. */
export function requestLine(request: ReceivedRequest): string {
  const { call, method, path, receivedAt } = request;
  const parts = [
    timeOfDay(receivedAt),
    call ?? `${method} ${JSON.stringify(path.slice(0, 80))}`,
    outcomeOf(request),
    subject(request),
    request.fault ? `[fault ${request.fault}]` : '',
  ];
  // Paths, numbers and the codes of faults are other people's text: control characters must not reach the terminal.
  return withoutControls(parts.filter((part) => part !== '').join('  '));
}

export function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

/** In UTC. */
export function timeOfDay(instant: number): string {
  return new Date(instant).toISOString().slice(11, 23);
}

/** The same as an object, for `--json`. */
export function requestObject({ firstMobile, ...request }: ReceivedRequest): Record<string, unknown> {
  return { ...request, ...(firstMobile === undefined ? {} : { firstMobile: maskMobile(firstMobile) }) };
}

/** How an exchange ended, in a few words. */
export function outcomeOf({ complete, finished, code, status }: ReceivedRequest): string {
  if (!complete) return 'body never arrived';
  const answer = code ?? (status === undefined ? '' : `HTTP ${status}`);
  if (finished) return answer;
  return answer === '' ? 'no answer' : `${answer} (answer not finished)`;
}

function subject({ call, firstMobile, recipients, taken }: ReceivedRequest): string {
  if (call === 'getIMSReport') return `${taken} report${taken === 1 ? '' : 's'}`;
  if (firstMobile === undefined) return '';
  const others = recipients > 1 ? ` and ${recipients - 1} more` : '';
  return `${maskMobile(firstMobile)}${others}, ${taken} accepted`;
}
