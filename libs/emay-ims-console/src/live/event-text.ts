import type { ConsoleStream } from '../api.js';

/** An event on the wire, made once for all who see it. JSON has no line breaks of its own. */
export function eventText<Name extends keyof ConsoleStream>(name: Name, data: ConsoleStream[Name], now = Date.now()) {
  return `id: ${now}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

export const HEARTBEAT = ': \n\n';
