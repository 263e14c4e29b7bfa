/** The smallest host: Nest 12, ES modules, messages in an SQLite file, no ScheduleModule. */
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { startSimulator } from 'emay-ims-simulator';
import { EmayImsModule, EmayImsService, type ImsMessageState } from 'nestjs-emay-ims';

const simulator = await startSimulator();
const [account] = simulator.accounts;

@Injectable()
class LoginService {
  constructor(private readonly ims: EmayImsService) {}

  async sendCode(mobile: string, code: string): Promise<string> {
    const { customImsId } = await this.ims.send({ mobile, content: `Your code is ${code}` });
    return customImsId;
  }
}

@Module({
  imports: [
    EmayImsModule.forRoot({
      baseUrl: simulator.url,
      appId: account!.appId,
      secretKey: account!.secretKey,
      database: { type: 'sqlite', path: './data/ims.sqlite' },
      reports: { intervalMs: 200 },
    }),
  ],
  providers: [LoginService],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const customImsId = await app.get(LoginService).sendCode('+61 422 118 000', '4711');

const giveUpAt = Date.now() + 20_000;
let state: ImsMessageState | undefined;
while (state !== 'DELIVERED') {
  if (Date.now() > giveUpAt) throw new Error(`The message is still ${state}`);
  await pause(50);
  state = (await app.get(EmayImsService).findOne(customImsId))?.state;
}
await app.close();
await simulator.stop();
console.log(JSON.stringify({ node: process.version, state }));
