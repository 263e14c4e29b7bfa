import { afterEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EmayImsModule, EmayImsService } from 'nestjs-emay-ims';
import { databasesUnderTest } from '../support/databases.js';
import { ACCOUNT, QUIET } from '../support/gateway-app.js';
import { startObservedApp, type ObservedApp } from './support/observed-app.js';

describe.each(databasesUnderTest())('two instances on %s', (kind) => {
  let first: ObservedApp;
  let second: TestingModule;
  afterEach(async () => {
    await second.close();
    await first.close();
  });

  it('tell who holds the lease to pull, and each its own last good pull', async () => {
    first = await startObservedApp(kind);
    const { database, simulator } = first;
    second = await Test.createTestingModule({
      imports: [
        ...(database.typeOrmOptions ? [TypeOrmModule.forRoot(database.typeOrmOptions)] : []),
        EmayImsModule.forRoot({ baseUrl: simulator.url, ...ACCOUNT, database: database.moduleOptions, ...QUIET }),
      ],
    }).compile();
    await second.init();
    const other = second.get(EmayImsService);

    await first.ims.pullReports();
    expect(await other.pullReports()).toMatchObject({ stoppedBy: 'LEASE_HELD' });
    expect(await first.ims.status()).toMatchObject({
      dispatches: false,
      polls: false,
      pollEveryMs: null,
      pollLease: 'this-instance',
      pollLeaseUntil: expect.any(Date),
      lastGoodPullAt: expect.any(Date),
    });
    expect(await other.status()).toMatchObject({
      pollLease: 'another-instance',
      pollLeaseUntil: expect.any(Date),
      lastGoodPullAt: null,
    });
    await first.app.close();
    expect(await other.status()).toMatchObject({ pollLease: 'nobody', pollLeaseUntil: null });
  });

  it('tell of a pull that failed that it was none', async () => {
    first = await startObservedApp(kind);
    second = await Test.createTestingModule({}).compile();
    first.simulator.inject({ kind: 'code', code: 'ERROR_SIGN' });
    await first.ims.pullReports();
    expect(await first.ims.status()).toMatchObject({ pollLease: 'this-instance', lastGoodPullAt: null });
  });
});
