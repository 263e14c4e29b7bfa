import { expect, it } from '@jest/globals';
import { startSimulator } from './start-simulator.js';

it('an option that is undefined is one that is not given', async () => {
  const simulator = await startSimulator({
    port: undefined,
    host: undefined,
    accounts: undefined,
    timestampToleranceMs: undefined,
    maxContentLength: undefined,
    emptyBatch: undefined,
    reportDelayMs: undefined,
    countries: undefined,
    reportsPerSecond: undefined,
    timeoutReportAfterMs: undefined,
    signCase: undefined,
    timeZoneOffset: undefined,
    seed: undefined,
    logFile: undefined,
    historyLimit: undefined,
    pendingLimit: undefined,
    scenario: undefined,
    control: undefined,
    now: undefined,
    onRequest: undefined,
  });
  expect((await fetch(simulator.url)).ok).toBe(true);
  simulator.inject({ kind: 'reset-after', on: undefined, times: undefined, skip: undefined, chance: undefined });
  await simulator.stop();
});
