/**
 * A host that is asked before it has started: jobs wait in Redis as its worker is made, and another service calls over TCP
 * before `listen()`. On Fastify, with a document by @nestjs/swagger.
 */
import 'reflect-metadata';
import type { Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, Transport, type MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Queue } from 'bullmq';
import { startSimulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsService } from 'nestjs-emay-ims';
import { firstValueFrom } from 'rxjs';
import { JobsModule, queueName, redis, type SmsJob } from './jobs.js';
import { SmsController } from './sms.controller.js';

const BACKLOG = 20;
const LOOPBACK = '127.0.0.1';
const message = (customImsId: string, index: number) => ({
  customImsId,
  mobile: `+614221180${String(index).padStart(2, '0')}`,
  content: 'Your order is on its way',
});

const simulator = await startSimulator();
const [account] = simulator.accounts;

@Module({
  imports: [
    EmayImsModule.forRoot({
      baseUrl: simulator.url,
      appId: account!.appId,
      secretKey: account!.secretKey,
      database: { type: 'sqlite', path: './data/ims.sqlite' },
      dispatch: { intervalMs: 200 },
      reports: { intervalMs: 200 },
      isGlobal: true,
    }),
    JobsModule,
  ],
  controllers: [SmsController],
})
class AppModule {}

/** Tells what differs, as a failed host shows its last lines alone. */
function assertSame(what: string, actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${what}: ${is} instead of ${should}`);
}

async function callBeforeListening(app: NestFastifyApplication): Promise<void> {
  const service = app.connectMicroservice<MicroserviceOptions>({
    transport: Transport.TCP,
    options: { host: LOOPBACK, port: 0 },
  });
  await app.startAllMicroservices();
  const { port } = service.unwrap<Server>().address() as { port: number };
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: LOOPBACK, port } });
  try {
    const call = (pattern: string, index: number) =>
      firstValueFrom(client.send<unknown>(pattern, message(`rpc-${pattern}`, index)));
    const answers = await Promise.all([call('send', 80), call('enqueue', 81)]);
    assertSame('Calls over TCP', answers, [
      { state: 'ACCEPTED', early: true },
      { state: 'QUEUED', early: true },
    ]);
  } finally {
    await client.close();
  }
}

function readDocument(app: NestFastifyApplication): void {
  const { paths, components } = SwaggerModule.createDocument(app, new DocumentBuilder().build());
  const body = components?.schemas?.['SendImsDto'] as { properties: object; required: string[] };
  assertSame('SendImsDto', Object.keys(body.properties).sort(), [
    'content',
    'customImsId',
    'expiresAt',
    'mobile',
    'priority',
    'sendAt',
  ]);
  assertSame('What SendImsDto requires', body.required.toSorted(), ['content', 'mobile']);
  const query = paths['/messages']?.get?.parameters?.map((parameter) => 'name' in parameter && parameter.name);
  assertSame('FindImsDto', query?.sort(), [
    'code',
    'createdBefore',
    'createdFrom',
    'cursor',
    'customImsIdPrefix',
    'limit',
    'mobile',
    'state',
  ]);
}

async function callByHttp(app: NestFastifyApplication): Promise<void> {
  await app.listen(0, LOOPBACK);
  const url = `${await app.getUrl()}/messages`;
  const headers = { 'content-type': 'application/json' };
  const sent = await fetch(url, { method: 'POST', headers, body: JSON.stringify(message('http-send', 82)) });
  assertSame('POST /messages', [sent.status, await sent.text()], [201, 'ACCEPTED']);
  const found = await fetch(`${url}?customImsIdPrefix=http-&limit=5`);
  assertSame('GET /messages', [found.status, await found.json()], [200, ['http-send']]);
}

async function allDelivered(ims: EmayImsService, count: number): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while ((await ims.stats()).DELIVERED < count) {
    if (Date.now() > giveUpAt) throw new Error(`Not delivered: ${JSON.stringify(await ims.stats())}`);
    await pause(50);
  }
}

const queue = new Queue<SmsJob>(queueName, { connection: redis });
try {
  const jobs = Array.from({ length: BACKLOG }, (_, index) => ({
    ...message(`job-${index}`, index),
    urgent: index % 2 > 0,
  }));
  await queue.addBulk(jobs.map((data) => ({ name: 'sms', data })));

  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
    logger: ['warn', 'error'],
  });
  app.useGlobalPipes(new ValidationPipe({ transform: true }));
  await callBeforeListening(app);
  readDocument(app);
  await callByHttp(app);

  const expected = [...jobs.map(({ customImsId }) => customImsId), 'rpc-send', 'rpc-enqueue', 'http-send'];
  await allDelivered(app.get(EmayImsService), expected.length);
  const accepted = simulator.accepted().map(({ customImsId }) => String(customImsId));
  assertSame('What the gateway accepted', accepted.toSorted(), expected.toSorted());
  await app.close();
  assertSame('Jobs', await queue.getJobCounts('completed', 'failed'), { completed: BACKLOG, failed: 0 });
  console.log(JSON.stringify({ node: process.version, state: 'DELIVERED', messages: accepted.length }));
} finally {
  await queue.obliterate({ force: true });
  await queue.close();
  await simulator.stop();
}
