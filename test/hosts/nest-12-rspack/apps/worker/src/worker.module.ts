import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { SmsModule } from '@shop/sms';

@Module({ imports: [ScheduleModule.forRoot(), SmsModule.forRole('sends')] })
export class WorkerModule {}
