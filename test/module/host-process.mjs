/** A Nest application that sends a message, follows it to its end and closes. After that the process must end by itself. */
import 'reflect-metadata';
import { register } from 'node:module';

const [entry, settings, mode] = process.argv.slice(2);
const WITHOUT_SCHEDULE = `
  export async function resolve(specifier, context, next) {
    if (!specifier.startsWith('@nestjs/schedule')) return next(specifier, context);
    throw Object.assign(new Error('Cannot find package ' + specifier), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
if (mode === 'without-schedule') register(`data:text/javascript,${encodeURIComponent(WITHOUT_SCHEDULE)}`);

const { Module } = await import('@nestjs/common');
const { NestFactory } = await import('@nestjs/core');
const { EmayImsModule, EmayImsService } = await import(entry);
const schedule = await import('@nestjs/schedule').then(
  ({ ScheduleModule }) => [ScheduleModule.forRoot()],
  () => [],
);
process.stdout.write(`ScheduleModule: ${schedule.length > 0}\n`);

class HostModule {}
Module({
  imports: [
    ...schedule,
    EmayImsModule.forRoot({
      ...JSON.parse(settings),
      dispatch: { intervalMs: 20 },
      reports: { cron: '* * * * * *' },
    }),
  ],
})(HostModule);

const app = await NestFactory.create(HostModule, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
const ims = app.get(EmayImsService);
await ims.send({ mobile: '+61422118000', content: 'Direct' });
await ims.enqueue([{ mobile: '+61422118001', content: 'Queued', customImsId: 'one' }]);
for (let state = ''; state !== 'DELIVERED';) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  ({ state } = await ims.findOne('one'));
}
process.stdout.write('DELIVERED\n');
await app.close();
process.stdout.write('closed\n');
