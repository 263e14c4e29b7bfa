import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Test } from '@nestjs/testing';
import { EmayImsModule, EmayImsService } from 'nestjs-emay-ims';

let gateway: ChildProcess;
let baseUrl: string;

beforeAll(async () => {
  // A process of its own: the simulator reads files beside its code, which compiled to CommonJS it would not find.
  gateway = spawn(process.execPath, [
    require.resolve('emay-ims-simulator/package.json').replace('package.json', 'dist/cli.js'),
    '--port',
    '0',
  ]);
  for await (const line of createInterface({ input: gateway.stdout! })) {
    baseUrl = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
    if (baseUrl) break;
  }
  gateway.stdout!.resume();
});
afterAll(() => gateway.kill());

it('sends a code that is delivered', async () => {
  const host = await Test.createTestingModule({
    imports: [
      EmayImsModule.forRoot({
        baseUrl,
        appId: 'EUCP-EMY-SMS0-SIMUL',
        secretKey: '0123456789ABCDEF',
        database: { type: 'sqlite', path: './data/ims.sqlite' },
        reports: { intervalMs: 200 },
      }),
    ],
  }).compile();
  await host.init();
  const ims = host.get(EmayImsService);
  const { customImsId, state } = await ims.send({ mobile: '+61422118000', content: 'Your code is 4711' });
  expect(state).toBe('ACCEPTED');

  const giveUpAt = Date.now() + 20_000;
  while ((await ims.findOne(customImsId))?.state !== 'DELIVERED' && Date.now() < giveUpAt) await pause(50);
  expect(await ims.stats()).toMatchObject({ DELIVERED: 1 });
  await host.close();
}, 30_000);
