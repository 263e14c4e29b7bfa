import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import { appModule, deliver, documentedFields } from './app';

let simulator: Simulator;
let app: INestApplication;
beforeAll(async () => {
  simulator = await startSimulator();
  const host = await Test.createTestingModule({ imports: [appModule(simulator)] }).compile();
  app = await host.createNestApplication().init();
});
afterAll(async () => {
  await app.close();
  await simulator.stop();
});

it('delivers what a transaction of the DataSource has enqueued', () => deliver(app, 'in-jest'));

it('has the fields of the DTO in a document of @nestjs/swagger 11', () => {
  expect(documentedFields(app)).toEqual(['content', 'customImsId', 'expiresAt', 'mobile', 'priority', 'sendAt']);
});
