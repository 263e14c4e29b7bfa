import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmayImsClosedError, EmayImsOptionsError, EmayImsService } from 'nestjs-emay-ims';
import { EmayImsTestbed, EmayImsTestbedModule, getEmayImsTestbedToken } from 'nestjs-emay-ims/testing';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'one' };
/** Whatever else the machine does. */
const PATIENT = { withinMs: 60_000 };
const REFUSED = 'EmayImsTestbedModule cannot start: another application runs the account "default" in this database';

describe.each(databasesUnderTest())('testbeds on one database, %s', (kind) => {
  let database: TestDatabase;
  let running: TestingModule[];
  beforeEach(async () => {
    running = [];
    database = await createTestDatabase(kind);
    if (kind !== 'sqlite') await (await database.open()).destroy();
  });
  afterEach(async () => {
    for (const host of running) await host.close();
    await database.drop();
  });

  const compile = async (name?: string, isGlobal?: boolean): Promise<TestingModule> => {
    const source = database.typeOrmOptions && TypeOrmModule.forRoot({ ...database.typeOrmOptions, retryAttempts: 0 });
    const testbed = EmayImsTestbedModule.forRoot({
      name,
      isGlobal,
      module: { database: database.moduleOptions ?? { dataSource: 'default' } },
    });
    const host = await Test.createTestingModule({ imports: [...(source ? [source] : []), testbed] })
      .setLogger(new ConsoleLogger({ logLevels: [] }))
      .compile();
    running.push(host);
    return host;
  };
  const start = async (name?: string, isGlobal?: boolean) => (await compile(name, isGlobal)).init();
  const testbedOf = (host: TestingModule, name?: string) => host.get<EmayImsTestbed>(getEmayImsTestbedToken(name));

  it.each([true, false])(
    'the second of one account is refused while the first runs, isGlobal: %s',
    async (isGlobal) => {
      const first = await start();
      const second = await compile(undefined, isGlobal);
      const refusal: unknown = await second.init().catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(EmayImsOptionsError);
      expect(String(refusal)).toContain(REFUSED);
      await expect(testbedOf(second).ims.stats()).rejects.toThrow(EmayImsClosedError);
      await testbedOf(first).ims.enqueue([MESSAGE]);
      await testbedOf(first).delivered('one', PATIENT);

      // The refused one, though not closed yet, counts as none that runs.
      await first.close();
      expect(await testbedOf(await start()).ims.findOne('one')).toMatchObject({ state: 'DELIVERED' });
    },
  );

  it('of several names send and receive what is their own', async () => {
    const names = ['one', 'two'];
    const testbeds = await Promise.all(names.map(async (name) => testbedOf(await start(name), name)));
    await Promise.all(testbeds.map(({ ims }, index) => ims.enqueue([{ ...MESSAGE, content: `Hello ${index}` }])));
    for (const [index, testbed] of testbeds.entries()) {
      expect(await testbed.delivered('one', PATIENT)).toMatchObject({ content: `Hello ${index}` });
      expect(testbed.simulator.accepted().map(({ content }) => content)).toEqual([`Hello ${index}`]);
    }
  });
});

it('a testbed whose service is replaced asks no database', async () => {
  const send = () => Promise.resolve();
  const host = await Test.createTestingModule({ imports: [EmayImsTestbedModule.forRoot()] })
    .overrideProvider(EmayImsService)
    .useValue({ send })
    .compile();
  await host.init();
  expect(host.get(EmayImsService)).toEqual({ send });
  await host.close();
});
