import { startSimulator } from 'emay-ims-simulator';
import { ACCOUNT, TENANTS } from './account.js';
import type { GatewayCounts } from './gateway.js';

/**
 * The gateway as a process of its own. It reports at once, has no pace limit and remembers nothing, so that what is
 * measured is the contender; it only counts.
 */
const counts: GatewayCounts = { accepted: 0, handedOut: 0, sendRequests: 0 };

const simulator = await startSimulator({
  accounts: [ACCOUNT, ...TENANTS],
  reportDelayMs: 0,
  reportsPerSecond: Infinity,
  historyLimit: 0,
  onRequest: ({ call, taken }) => {
    if (call === 'getIMSReport') {
      counts.handedOut += taken;
    } else {
      counts.accepted += taken;
      counts.sendRequests++;
    }
  },
});

process.on('message', () => process.send?.(counts));
process.once('disconnect', () => void simulator.stop());
process.send?.(simulator.url);
