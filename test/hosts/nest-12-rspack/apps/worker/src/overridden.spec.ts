import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { EmayImsService } from 'nestjs-emay-ims';

/** In the place of a gateway that no test may ask for anything. */
let requests = 0;
const gateway = createServer((_request, response) => {
  requests += 1;
  response.end();
});

beforeAll(async () => {
  await once(gateway.listen(0, '127.0.0.1'), 'listening');
  process.env['GATEWAY_URL'] = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => gateway.close(resolve)));

it('runs the worker with a mock in the place of the service: no database, no job, no request', async () => {
  // Here, as it reads the variable when it is loaded.
  const { WorkerModule } = await import('./worker.module.js');
  const send = vi.fn();
  const host = await Test.createTestingModule({ imports: [WorkerModule] })
    .overrideProvider(EmayImsService)
    .useValue({ send })
    .compile();
  await host.init();
  await host.get(EmayImsService, { strict: false }).send({ mobile: '+61422118000', content: 'Hello' });
  expect(send).toHaveBeenCalledOnce();
  expect(host.get(SchedulerRegistry, { strict: false }).getIntervals()).toEqual([]);
  // More than one interval of dispatch and of reports.
  await pause(500);
  await host.close();
  expect(requests).toBe(0);
  expect(existsSync('./data')).toBe(false);
});
