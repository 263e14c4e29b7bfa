import { NestFactory } from '@nestjs/core';
import { startSimulator } from 'emay-ims-simulator';
import { appModule, deliver } from './app';

async function main(): Promise<void> {
  const simulator = await startSimulator();
  const app = await NestFactory.create(appModule(simulator), { logger: ['warn', 'error'] });
  await app.init();
  await deliver(app, 'compiled');
  await app.close();
  await simulator.stop();
  console.log(JSON.stringify({ node: process.version, state: 'DELIVERED' }));
}

void main();
