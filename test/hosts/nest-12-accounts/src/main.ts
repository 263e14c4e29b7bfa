/** A feature module with two accounts, configured through @nestjs/config; both in one SQLite file. */
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { startSimulator } from 'emay-ims-simulator';
import { SmsModule, SmsService } from './sms.module.js';

const simulator = await startSimulator({
  accounts: [
    { appId: 'account-codes', secretKey: 'AAAAAAAAAAAAAAAA' },
    { appId: 'account-marketing', secretKey: 'BBBBBBBBBBBBBBBB' },
  ],
});
process.env['GATEWAY_URL'] = simulator.url;
process.env['SECRET_KEY_CODES'] = 'AAAAAAAAAAAAAAAA';
process.env['SECRET_KEY_MARKETING'] = 'BBBBBBBBBBBBBBBB';

@Module({ imports: [ConfigModule.forRoot({ ignoreEnvFile: true }), SmsModule] })
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const sms = app.get(SmsService);
await sms.sendCode('+61422118000', 'Your code is 4711');
await sms.sendOffer('+61422118001', 'Ten per cent off');

const giveUpAt = Date.now() + 20_000;
for (const account of [sms.codes, sms.marketing]) {
  while ((await account.findOne('same-id'))?.state !== 'DELIVERED') {
    if (Date.now() > giveUpAt) throw new Error(`Not delivered: ${JSON.stringify(await account.stats())}`);
    await pause(50);
  }
}
const accepted = simulator.accepted().map(({ appId, mobile }) => `${appId} ${mobile}`);
const expected = ['account-codes 0061422118000', 'account-marketing 0061422118001'];
if (accepted.join() !== expected.join()) throw new Error(`The gateway accepted ${accepted.join()}`);
await app.close();
await simulator.stop();
console.log(JSON.stringify({ node: process.version, state: 'DELIVERED', accepted }));
