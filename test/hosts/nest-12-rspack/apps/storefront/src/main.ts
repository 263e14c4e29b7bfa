import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EmayImsService } from 'nestjs-emay-ims';
import { SmsModule } from '@shop/sms';

@Module({ imports: [SmsModule.forRole('enqueues')] })
class StorefrontModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(StorefrontModule, { logger: ['warn', 'error'] });
  const ims = app.get(EmayImsService);
  await ims.enqueue([{ mobile: '+61422118000', content: 'Your order is on its way', customImsId: 'order-1' }]);
  const giveUpAt = Date.now() + 20_000;
  while ((await ims.findOne('order-1'))?.state !== 'DELIVERED') {
    if (Date.now() > giveUpAt) throw new Error(`Not delivered: ${JSON.stringify(await ims.stats())}`);
    await pause(50);
  }
  await app.close();
}

void main();
