import { once } from 'node:events';
import { Inject, Injectable, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Worker } from 'bullmq';
import { EmayImsService, type SendImsDto } from 'nestjs-emay-ims';

export interface SmsJob extends SendImsDto {
  urgent: boolean;
}

export const redis = { url: process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379', maxRetriesPerRequest: null };
/** Its own for each run: others use the same Redis. */
export const queueName = `emay-ims-host-${crypto.randomUUID()}`;
const WORKER = Symbol('worker');

/** Works from here on: the first job is done before the factory has returned, so before any `onModuleInit`. */
async function workAtOnce(ims: EmayImsService): Promise<Worker<SmsJob>> {
  const worker = new Worker<SmsJob>(
    queueName,
    async ({ data: { urgent, ...message } }) => {
      if (urgent) await ims.send(message);
      else await ims.enqueue([message]);
    },
    { connection: redis, concurrency: 5 },
  );
  await Promise.race([
    once(worker, 'completed'),
    once(worker, 'failed').then(([, error]) => Promise.reject(error as Error)),
  ]);
  return worker;
}

@Injectable()
export class Jobs implements OnModuleInit, OnModuleDestroy {
  isInitialised = false;

  constructor(@Inject(WORKER) private readonly worker: Worker<SmsJob>) {}

  onModuleInit(): void {
    this.isInitialised = true;
  }

  async onModuleDestroy(): Promise<void> {
    await this.worker.close();
  }
}

@Module({
  providers: [{ provide: WORKER, inject: [EmayImsService], useFactory: workAtOnce }, Jobs],
  exports: [Jobs],
})
export class JobsModule {}
