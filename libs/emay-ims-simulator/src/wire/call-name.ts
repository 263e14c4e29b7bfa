/** The gateway's four calls by the last part of their path (§2.1.1.1, §2.2.1.1, §2.3.1.1, §2.4.1.1). */
export const CALL_NAMES = ['sendSingleIMS', 'sendBatchIMS', 'sendPersonalityIMS', 'getIMSReport'] as const;

export type CallName = (typeof CALL_NAMES)[number];
export type SendCallName = Exclude<CallName, 'getIMSReport'>;

const callByPath = new Map<string, CallName>(CALL_NAMES.map((call) => [`/inter/${call}`, call]));

export function callOfPath(path: string): CallName | undefined {
  return callByPath.get(path);
}
