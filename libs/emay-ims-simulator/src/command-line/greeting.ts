import { DEFAULT_ACCOUNT, type SimulatorAccount } from '../options.js';
import type { Simulator } from '../simulator.js';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/i;

/** The first lines: where it listens, for whom, and how to begin. Only the key that everybody knows is shown. */
export function greeting({ url, accounts }: Pick<Simulator, 'url' | 'accounts'>, control: boolean): string[] {
  const appIds = accounts.map(({ appId }) => appId).join(', ');
  const page = control ? ` Page: ${url}/` : '';
  return [
    `Emay IMS simulator listens on ${url} for appId ${appIds}.${page}`,
    ...accounts.filter(isDefault).map(({ appId, secretKey }) => `  app_id=${appId} secret_key=${secretKey}`),
    'Press Ctrl+C to stop.',
  ];
}

/** What to know when other machines reach the control calls; `undefined` when they cannot. */
export function exposure(host: string | undefined, control: boolean): string | undefined {
  if (!control || host === undefined || LOOPBACK.test(host)) return undefined;
  return (
    `warning: it listens on ${host}: anyone who reaches that address can read texts and numbers at /_simulator and inject ` +
    'faults. To prevent it, add --no-control.'
  );
}

function isDefault({ appId, secretKey }: SimulatorAccount): boolean {
  return appId === DEFAULT_ACCOUNT.appId && secretKey === DEFAULT_ACCOUNT.secretKey;
}
