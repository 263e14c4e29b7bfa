import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmayImsAccounts, EmayImsAccountsModule } from 'nestjs-emay-ims';
import { TENANTS } from '../support/account.js';
import { contend, must } from '../support/contender.js';
import { typeOrmOptions } from '../support/databases.js';
import type { IdleTask } from './ours-idle.js';

class BenchModule {}

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
  await pause(settleMs);
  const before = process.cpuUsage();
  const from = performance.now();
  await pause(measureMs);
  const { user, system } = process.cpuUsage(before);
  const percent = ((user + system) / 1_000 / (performance.now() - from)) * 100;
  const pulse = await accounts.get(TENANTS[0]!.appId).pulse();
  must(pulse.circuitOpenFor === null && pulse.lastGoodPullAt !== null, () => JSON.stringify(pulse));
  await app.close();
  return { startSeconds, percent };
});
