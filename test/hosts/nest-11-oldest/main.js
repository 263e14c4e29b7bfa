/** The lowest version of every peer, the optional ones included, in plain JavaScript: what a range promises, its lower end must keep. */
require('reflect-metadata');
const { setTimeout: pause } = require('node:timers/promises');
const { Module } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { ScheduleModule } = require('@nestjs/schedule');
const { startSimulator } = require('emay-ims-simulator');
const { EmayImsModule, EmayImsService } = require('nestjs-emay-ims');

async function loadEverySubpath(name) {
  const { exports: entries } = require(`${name}/package.json`);
  const subpaths = Object.keys(entries).filter((subpath) => subpath !== './package.json');
  for (const subpath of subpaths) {
    const required = require(name + subpath.slice(1));
    const imported = await import(name + subpath.slice(1));
    const differing = Object.keys(required).filter((key) => required[key] !== imported[key]);
    if (differing.length > 0) throw new Error(`${subpath}: import and require differ in ${differing.join(', ')}`);
  }
  return subpaths;
}

async function main() {
  const subpaths = [...(await loadEverySubpath('nestjs-emay-ims')), ...(await loadEverySubpath('emay-ims-simulator'))];
  const simulator = await startSimulator();
  const [{ appId, secretKey }] = simulator.accounts;

  class AppModule {}
  Module({
    imports: [
      ScheduleModule.forRoot(),
      EmayImsModule.forRoot({
        baseUrl: simulator.url,
        appId,
        secretKey,
        database: { type: 'sqlite', path: './data/ims.sqlite' },
        dispatch: { intervalMs: 200 },
        reports: { intervalMs: 200 },
      }),
    ],
  })(AppModule);

  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
  const ims = app.get(EmayImsService);
  const messages = await ims.enqueue([
    { mobile: '+61422118000', content: 'Hello' },
    { mobile: '+61422118001', content: 'Hello again' },
  ]);
  const giveUpAt = Date.now() + 20_000;
  while ((await ims.stats()).DELIVERED < messages.length) {
    if (Date.now() > giveUpAt) throw new Error(`Not delivered: ${JSON.stringify(await ims.stats())}`);
    await pause(50);
  }
  await app.close();
  await simulator.stop();
  console.log(JSON.stringify({ node: process.version, state: 'DELIVERED', subpaths }));
}

void main();
