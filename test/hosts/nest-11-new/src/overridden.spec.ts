import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import { EmayImsService } from 'nestjs-emay-ims';

/** In the place of a gateway that no test may ask for anything. */
let gateway: Server;
let requests = 0;

beforeAll(async () => {
  gateway = createServer((_request, response) => {
    requests += 1;
    response.end();
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  process.env.EMAY_BASE_URL = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  process.env.EMAY_APP_ID = 'EUCP-EMY-SMS1-PRODU';
  process.env.EMAY_SECRET_KEY = 'FEDCBA9876543210';
});
afterAll(() => new Promise((resolve) => gateway.close(resolve)));

it('runs the application with a mock in the place of the service: no database, no request', async () => {
  // Here, as it reads the variables when it is loaded.
  const { AppModule, MessagesController } = jest.requireActual<typeof import('./app.module')>('./app.module');
  const send = jest.fn();
  const host = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(EmayImsService)
    .useValue({ send })
    .compile();
  const app = await host.createNestApplication().init();
  const message = { mobile: '+61422118000', content: 'Your code is 4711' };
  await host.get(MessagesController).send(message);
  expect(send).toHaveBeenCalledWith(message);
  // More than one interval of reports.
  await pause(500);
  await app.close();
  expect(requests).toBe(0);
  expect(existsSync('./data')).toBe(false);
});
