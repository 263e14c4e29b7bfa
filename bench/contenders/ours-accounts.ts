import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmayImsAccounts, EmayImsAccountsModule } from 'nestjs-emay-ims';
import { TENANTS } from '../support/account.js';
import { contend, must } from '../support/contender.js';
import { typeOrmOptions } from '../support/databases.js';
import { databaseCpu } from '../support/server-cpu.js';
import type { IdleTask } from './ours-idle.js';

class BenchModule {}

const US_PER_S = 1_000_000;

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / US_PER_S;
}

/** Many accounts in one process, added at once, that have nothing to do but to ask for reports every 30 s. */
await contend(async ({ database, gatewayUrl, settleMs, measureMs }: IdleTask) => {
  const isFile = database.kind === 'sqlite';
  const imports = [EmayImsAccountsModule];
  const root = {
    module: BenchModule,
    imports: isFile
      ? imports
      : [TypeOrmModule.forRoot({ ...typeOrmOptions(database), migrationsRun: true }), ...imports],
  };
  const app = await NestFactory.createApplicationContext(root, { logger: ['error', 'warn'] });
  const accounts = app.get(EmayImsAccounts);
  const startCpu = process.cpuUsage();
  const began = performance.now();
  await Promise.all(
    TENANTS.map((credentials) =>
      accounts.add({
        ...credentials,
        name: credentials.appId,
        baseUrl: gatewayUrl,
        reports: { intervalMs: 30_000 },
        ...(isFile ? { database: { type: 'sqlite', path: database.location } as const } : {}),
      }),
    ),
  );
  const startSeconds = (performance.now() - began) / 1_000;
  const startCpuSeconds = cpuSeconds(startCpu);
  await pause(settleMs);
  const serverCpu = await databaseCpu(database)();
  const before = process.cpuUsage();
  const from = performance.now();
  await pause(measureMs);
  const used = cpuSeconds(before);
  const seconds = (performance.now() - from) / 1_000;
  const usedByServer = (await serverCpu()) ?? 0;
  const pulse = await accounts.get(TENANTS[0]!.appId).pulse();
  must(pulse.circuitOpenFor === null && pulse.lastGoodPullAt !== null, () => JSON.stringify(pulse));
  await app.close();
  return {
    startSeconds,
    startCpuSeconds,
    percent: (used / seconds) * 100,
    serverPercent: (usedByServer / seconds) * 100,
  };
});
