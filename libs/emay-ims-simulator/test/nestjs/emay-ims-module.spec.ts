import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import type { Simulator } from 'emay-ims-simulator';
import { EMAY_IMS_SIMULATOR, EmayImsSimulatorModule } from 'emay-ims-simulator/nestjs';
import { EmayImsModule, EmayImsService } from 'nestjs-emay-ims';

let folder: string;
let host: TestingModule;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emay-ims-simulator-'));
  host = await Test.createTestingModule({
    imports: [
      EmayImsSimulatorModule.forRoot(),
      EmayImsModule.forRootAsync({
        inject: [EMAY_IMS_SIMULATOR],
        useFactory: ({ url, accounts: [account] }: Simulator) => ({
          baseUrl: url,
          ...account!,
          database: { type: 'sqlite', path: join(folder, 'ims.sqlite') },
          reports: { enabled: false, spoolPath: join(folder, 'spool') },
        }),
      }),
    ],
  })
    .setLogger(new ConsoleLogger({ logLevels: [] }))
    .compile();
  await host.init();
});
afterEach(async () => {
  await host.close();
  await rm(folder, { recursive: true, force: true });
});

it('sends through the simulator and receives its report', async () => {
  const ims = host.get(EmayImsService);
  const simulator = host.get<Simulator>(EMAY_IMS_SIMULATOR);
  const sent = await ims.send({ mobile: '+61422118000', content: 'Hello', customImsId: 'one' });
  expect(sent.state).toBe('ACCEPTED');
  expect(simulator.accepted()).toEqual([expect.objectContaining({ mobile: '0061422118000', content: 'Hello' })]);

  simulator.releaseReports();
  await ims.pullReports();
  expect(await ims.findOne('one')).toMatchObject({ state: 'DELIVERED', imsId: simulator.accepted()[0]!.imsId });
  expect(simulator.handedOut()).toEqual([expect.objectContaining({ state: 'DELIVRD', customImsId: 'one' })]);
});
