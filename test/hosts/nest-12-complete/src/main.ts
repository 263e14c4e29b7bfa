/**
 * A host that has every optional peer: each subpath loads, by `import` and by `require` to the same classes, and the jobs
 * stand in its ScheduleModule, once.
 */
import 'reflect-metadata';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { EMAY_IMS_SIMULATOR, EmayImsSimulatorModule } from 'emay-ims-simulator/nestjs';
import type { Simulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsService, type ImsMessageState } from 'nestjs-emay-ims';
import { EmayImsPushModule } from 'nestjs-emay-ims/push';
import { EmayImsConsoleModule } from 'nestjs-emay-ims-console';

const require = createRequire(import.meta.url);

async function loadEverySubpath(name: string): Promise<string[]> {
  const { exports } = require(`${name}/package.json`) as { exports: Record<string, unknown> };
  const subpaths = Object.keys(exports).filter((subpath) => subpath !== './package.json');
  for (const subpath of subpaths) {
    const specifier = name + subpath.slice(1);
    const imported = (await import(specifier)) as Record<string, unknown>;
    const required = require(specifier) as Record<string, unknown>;
    const differing = Object.keys(imported).filter((key) => imported[key] !== required[key]);
    if (differing.length > 0) throw new Error(`${specifier}: import and require differ in ${differing.join(', ')}`);
  }
  return subpaths;
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    EmayImsModule.forRootAsync({
      imports: [EmayImsSimulatorModule.forRoot()],
      inject: [EMAY_IMS_SIMULATOR],
      useFactory: ({ url, accounts }: Simulator) => ({
        baseUrl: url,
        appId: accounts[0]!.appId,
        secretKey: accounts[0]!.secretKey,
        database: { type: 'sqlite', path: './data/ims.sqlite' },
        transport: 'secure',
        reports: { source: 'both' },
      }),
    }),
    EmayImsPushModule.forRoot({ path: '/emay/reports' }),
    EmayImsConsoleModule.forRoot({ path: '/sms' }),
  ],
})
class AppModule {}

const PACKAGES = ['nestjs-emay-ims', 'nestjs-emay-ims-console', 'emay-ims-simulator'];
const subpaths = (await Promise.all(PACKAGES.map(loadEverySubpath))).flat();
const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['warn', 'error'] });
app.setGlobalPrefix('internal');
await app.listen(0, '127.0.0.1');
const jobs = app.get(SchedulerRegistry).getIntervals();
if (jobs.length === 0) throw new Error('No job of the module stands in the SchedulerRegistry');

// On Fastify, past its content types and the prefix.
const simulator = app.get<Simulator>(EMAY_IMS_SIMULATOR, { strict: false });
simulator.changeAccount({ push: { url: `${await app.getUrl()}/emay/reports`, everyMs: 50 } });
const ims = app.get(EmayImsService);
const [message] = await ims.enqueue([{ mobile: '+61422118000', content: 'Hello' }]);
const giveUpAt = Date.now() + 20_000;
let state: ImsMessageState | undefined;
while (state !== 'DELIVERED') {
  if (Date.now() > giveUpAt) throw new Error(`The message is still ${state}`);
  await pause(50);
  state = (await ims.findOne(message!.customImsId))?.state;
}
if (simulator.pushed().length !== 1) throw new Error('The report was not pushed');
// The console on Fastify, below a prefix.
const evidence = await fetch(`${await app.getUrl()}/internal/sms/api/v1/messages/${message!.customImsId}`);
const { verdict } = (await evidence.json()) as { verdict?: { id: string } };
if (verdict?.id !== 'delivered') throw new Error(`The console says ${evidence.status} ${JSON.stringify(verdict)}`);
await app.close();
console.log(JSON.stringify({ node: process.version, state, jobs, subpaths }));
