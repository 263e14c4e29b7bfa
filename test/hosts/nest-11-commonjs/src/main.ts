/** Nest 11 in CommonJS: `import` becomes `require`, which loads ES modules from Node 20.19 on. With ScheduleModule. */
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { startSimulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsRejectedError, EmayImsService } from 'nestjs-emay-ims';

async function main(): Promise<void> {
  const simulator = await startSimulator();
  const [account] = simulator.accounts;

  @Module({
    imports: [
      ScheduleModule.forRoot(),
      EmayImsModule.forRoot({
        baseUrl: simulator.url,
        appId: account!.appId,
        secretKey: account!.secretKey,
        database: { type: 'sqlite', path: './data/ims.sqlite' },
        reports: { intervalMs: 200 },
      }),
    ],
  })
  class AppModule {}

  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
  const jobs = app.get(SchedulerRegistry).getIntervals();
  if (jobs.length === 0) throw new Error('No job of the module stands in the SchedulerRegistry');

  const ims = app.get(EmayImsService);
  const { customImsId } = await ims.send({ mobile: '+61 422 118 000', content: 'Hello' });
  const giveUpAt = Date.now() + 20_000;
  while ((await ims.findOne(customImsId))?.state !== 'DELIVERED') {
    if (Date.now() > giveUpAt) throw new Error(`Not delivered: ${JSON.stringify(await ims.stats())}`);
    await pause(50);
  }

  simulator.inject({ kind: 'code', code: 'ERROR_MOBILE_ERROR' });
  const refusal: unknown = await ims
    .send({ mobile: '+61422118001', content: 'Hello' })
    .catch((error: unknown) => error);
  if (!(refusal instanceof EmayImsRejectedError))
    throw new Error(`Not the error that this file required: ${String(refusal)}`);

  await app.close();
  await simulator.stop();
  console.log(JSON.stringify({ node: process.version, state: 'DELIVERED', jobs }));
}

void main();
