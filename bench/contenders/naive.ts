import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { HttpModule } from '@nestjs/axios';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { contend, must } from '../support/contender.js';
import type { WireReport } from '../support/gateway-calls.js';
import { inParallel } from '../support/in-parallel.js';
import { messages, type Message } from '../support/messages.js';
import { databaseCpu } from '../support/server-cpu.js';
import { NaiveMessage } from './naive-message.entity.js';
import { GATEWAY_URL, NaiveSmsService } from './naive-sms.service.js';
import { timed, type PipelineTask } from './pipeline-task.js';

/**
 * Naive: `repo.save` for each message, one `HttpService.post` each, `findOne` + `save` for each report.
 *
 * Fair, because only the approach is naive, not the code: as many messages under way as the pool of `pg` has
 * connections, reports applied as many at a time, connections to the gateway kept alive (Node's default), no report lost.
 */
const CONCURRENCY = 10;
const NO_REPORTS_PAUSE_MS = 20;

class NaiveModule {}

async function run(sms: NaiveSmsService, all: Message[]): Promise<void> {
  let final = 0;
  const sending = inParallel(all, CONCURRENCY, (message) => sms.send(message));
  const receiving = async () => {
    let tooEarly: WireReport[] = [];
    while (final < all.length) {
      const reports = [...tooEarly, ...(await sms.pullReports())];
      tooEarly = [];
      await inParallel(reports, CONCURRENCY, async (report) => {
        if (await sms.apply(report)) final++;
        else tooEarly.push(report);
      });
      if (reports.length === tooEarly.length) await pause(NO_REPORTS_PAUSE_MS);
    }
  };
  await Promise.all([sending, receiving()]);
}

await contend(async (task: PipelineTask) => {
  const root = {
    module: NaiveModule,
    imports: [
      TypeOrmModule.forRoot({
        type: 'postgres',
        url: task.database.location,
        entities: [NaiveMessage],
        synchronize: true,
      }),
      TypeOrmModule.forFeature([NaiveMessage]),
      HttpModule,
    ],
    providers: [NaiveSmsService, { provide: GATEWAY_URL, useValue: task.gatewayUrl }],
  };
  const app = await NestFactory.createApplicationContext(root, { logger: ['error', 'warn'] });
  const sms = app.get(NaiveSmsService);
  await run(sms, messages(task.warmUp, task.messages));
  const sample = await timed(task.messages, () => run(sms, messages(task.messages)), databaseCpu(task.database));
  const delivered = await sms.delivered();
  must(delivered === task.warmUp + task.messages, () => `${delivered} delivered`);
  await app.close();
  return sample;
});
