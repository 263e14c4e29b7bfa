import type { Transport } from './transport.js';

/** The gateway's send calls by the last part of their path (§2.1.1.1, §2.2.1.1, §2.3.1.1). */
export const SEND_CALL_NAMES = ['sendSingleIMS', 'sendBatchIMS', 'sendPersonalityIMS'] as const;

/** All four calls (§2.4.1.1). */
export const CALL_NAMES = [...SEND_CALL_NAMES, 'getIMSReport'] as const;

/** The last part of a call’s path, such as `sendSingleIMS`. */
export type CallName = (typeof CALL_NAMES)[number];
/** The calls that take messages. */
export type SendCallName = (typeof SEND_CALL_NAMES)[number];

interface Route {
  readonly call: CallName;
  readonly transport: Transport;
}

const routeByPath = new Map<string, Route>(
  CALL_NAMES.flatMap((call) => [
    [`/inter/${call}`, { call, transport: 'plain' }],
    [`/secure/${call}`, { call, transport: 'secure' }],
  ]),
);

/** The call that a path asks for, and by which interface. */
export function routeOfPath(path: string): Route | undefined {
  return routeByPath.get(path);
}

export function isCallName(text: string): text is CallName {
  return routeByPath.has(`/inter/${text}`);
}
