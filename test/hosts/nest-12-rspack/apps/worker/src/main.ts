import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { SmsModule } from '@shop/sms';

@Module({ imports: [ScheduleModule.forRoot(), SmsModule.forRole('sends')] })
class WorkerModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(WorkerModule, { logger: ['warn', 'error'] });
  app.enableShutdownHooks();
}

void main();
