import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EmayImsAccounts,
  EmayImsAccountsModule,
  EmayImsModule,
  EmayImsOptionsError,
  EmayImsService,
  type EmayImsModuleOptions,
} from 'nestjs-emay-ims';
import { ClaimInDatabase } from '../../libs/emay-ims/src/account/claim-in-database.js';
import { SharedClaims } from '../../libs/emay-ims/src/account/shared-claims.js';
import { gatewayIdentities } from '../../libs/emay-ims/src/account/gateway-identity.js';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { resolveOptions } from '../../libs/emay-ims/src/options/resolve-options.js';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { Workbench } from './workbench.js';

const identities = (baseUrl: string | string[], appId = 'APP') =>
  gatewayIdentities(resolveOptions({ baseUrl, appId, secretKey: 'KEY' }));
const keys = (...given: Parameters<typeof identities>) => identities(...given).map(({ key }) => key);

describe('an AppId at a gateway', () => {
  it.each([
    ['https://gateway.example', 'https://GATEWAY.example:443/'],
    ['https://gateway.example', 'https://gateway.example.:8443/ims'],
    ['https://gateway.example', 'http://gateway.example'],
    ['http://localhost:3000', 'http://127.0.0.1:3000'],
    ['http://localhost:3000', 'http://[::1]:3000/path'],
  ])('%s is %s', (one, other) => {
    expect(keys(one)).toEqual(keys(other));
  });

  it.each([
    ['https://gateway.example', 'https://other.example'],
    ['http://localhost:3000', 'http://localhost:3001'],
  ])('%s is not %s', (one, other) => {
    expect(keys(one)).not.toEqual(keys(other));
  });

  it('overlaps with each in a list, and tells nobody the AppId', () => {
    const list = keys(['https://two.example', 'https://one.example', 'https://one.example:8443']);
    expect(list).toHaveLength(2);
    expect(list).toContain(keys('https://one.example')[0]);
    expect(keys('https://one.example', 'OTHER')).not.toEqual(keys('https://one.example'));
    expect(JSON.stringify(identities('https://one.example', 'SECRETIVE'))).not.toContain('SECRETIVE');
  });
});

describe('two accounts with one AppId in a process', () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await Workbench.open();
  });
  afterEach(() => bench.close());

  const other = (more: Partial<EmayImsModuleOptions> = {}) => {
    const { appId } = bench.options();
    return bench.options({ name: 'other', appId, database: bench.file('other.sqlite'), ...more });
  };

  it('are refused at the start, and say so in each call', async () => {
    const imports = [
      EmayImsModule.forRoot(bench.options()),
      EmayImsModule.forRootAsync({ name: 'other', useFactory: () => other({ name: undefined }) }),
    ];
    const host = await bench.compile({ imports });
    await expect(host.init()).rejects.toThrow(EmayImsOptionsError);
    const refused = [EmayImsService, 'EmayImsService:other'].map((token) => host.get<EmayImsService>(token).stats());
    const [one, two] = await Promise.allSettled(refused);
    expect([one!.status, two!.status].toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('are refused when the second is added, and not once the first is removed', async () => {
    const host = await bench.start({ imports: [EmayImsAccountsModule] });
    const accounts = host.get(EmayImsAccounts);
    await accounts.add(bench.options());
    const baseUrl = ['https://elsewhere.example', bench.simulator.url.replace('127.0.0.1', 'localhost')];
    const refused = accounts.add(other({ baseUrl }));
    await expect(refused).rejects.toThrow(
      /"other" cannot start: it has the same AppId at localhost:\d+ as account "default"/,
    );
    await expect(refused).rejects.not.toThrow(bench.options().appId);
    await accounts.remove('default');
    await accounts.add(other({ baseUrl }));
    expect(accounts.list()).toEqual(['other']);
  });

  it('are not refused as instances of one name, in two applications', async () => {
    await bench.start({ imports: [EmayImsModule.forRoot(bench.options())] });
    await bench.start({ imports: [EmayImsModule.forRoot(bench.options())] });
  });
});

describe.each(databasesUnderTest())('two processes on one database: %s', (kind) => {
  let database: TestDatabase;
  let close: () => Promise<void>;
  let ims: ImsDatabase;
  beforeEach(async () => {
    database = await createTestDatabase(kind);
    const source = await database.open();
    close = () => source.destroy();
    ims = new ImsDatabase(source);
  });
  afterEach(async () => {
    await close();
    await database.drop();
  });

  const claim = (account: string, baseUrl: string | string[] = ['https://a.example', 'https://b.example']) =>
    new ClaimInDatabase(ims, account, identities(baseUrl), new SharedClaims(ims));

  it('one AppId is for accounts of one name, in any number of instances', async () => {
    const [one, two, other] = [claim('one'), claim('one'), claim('other', 'https://b.example')];
    await one.take();
    await two.take();
    await expect(other.take()).rejects.toThrow(
      /"other" cannot start: it has the same AppId at b\.example as account "one" of another process.*rename.*another (8\d|90) s/,
    );
    await one.release();
    await expect(other.take()).rejects.toThrow(EmayImsOptionsError);
    await two.renew();
    await two.release();
    await other.take();
    await expect(one.take()).rejects.toThrow(/account "other"/);
    await claim('elsewhere', 'https://a.example').take();
  });

  it('of many that start at once, all those of one name do', async () => {
    const claims = ['one', 'other'].flatMap((name) => Array.from({ length: 4 }, () => ({ name, claim: claim(name) })));
    const ends = await Promise.allSettled(claims.map(({ claim: each }) => each.take()));
    const started = claims.filter((_, index) => ends[index]!.status === 'fulfilled').map(({ name }) => name);
    expect(started).toHaveLength(4);
    expect(new Set(started).size).toBe(1);
  });

  it('of many accounts in a process, all are renewed together, and one that has lost its row takes it again', async () => {
    const statements: string[] = [];
    class Counted extends ImsDatabase {
      override run(sql: string, parameters?: readonly unknown[]): Promise<number> {
        statements.push(sql);
        return super.run(sql, parameters);
      }
    }
    const shared = new SharedClaims(new Counted(ims.dataSource));
    const claims = Array.from(
      { length: 110 },
      (_, index) => new ClaimInDatabase(ims, `n${index}`, identities('https://a.example', `APP${index}`), shared),
    );
    await Promise.all(claims.map((each) => each.take()));
    const holders = async () => {
      const rows = await ims.rows(
        `SELECT holder FROM emay_ims_lease WHERE name LIKE 'gateway:%:%' AND expires_at > ${ims.dialect.now} + 80000`,
      );
      return new Set(rows.map(({ holder }) => holder)).size;
    };
    await ims.run('UPDATE emay_ims_lease SET expires_at = expires_at - 60000');
    expect(await holders()).toBe(0);
    await Promise.all(claims.map((each) => each.renew()));
    expect(statements).toHaveLength(2);
    expect(await holders()).toBe(110);

    await ims.run("DELETE FROM emay_ims_lease WHERE holder = 'n7'");
    await Promise.all(claims.map((each) => each.renew()));
    expect(await holders()).toBe(110);
  });

  it('of many accounts in a process, a few are taken at a time: none waits for a connection behind all the others', async () => {
    let most = 0;
    let running = 0;
    class Counted extends ImsDatabase {
      override async transaction<T>(
        ...parameters: Parameters<typeof ImsDatabase.prototype.transaction<T>>
      ): Promise<T> {
        most = Math.max(most, ++running);
        return super.transaction<T>(...parameters).finally(() => running--);
      }
    }
    const counted = new Counted(ims.dataSource);
    const shared = new SharedClaims(counted);
    const refused = new ClaimInDatabase(counted, 'other', identities('https://a.example', 'APP0'), shared);
    const claims = Array.from(
      { length: 40 },
      (_, index) => new ClaimInDatabase(counted, `n${index}`, identities('https://a.example', `APP${index}`), shared),
    );
    await claims[0]!.take();
    const ends = await Promise.allSettled([refused, ...claims.slice(1)].map((each) => each.take()));
    expect(ends.map(({ status }) => status)).toEqual(['rejected', ...claims.slice(1).map(() => 'fulfilled')]);
    expect(most).toBe(8);
  });

  it('what a process has left that is gone runs out', async () => {
    const [gone, next] = [claim('gone'), claim('next')];
    await gone.take();
    await ims.run('UPDATE emay_ims_lease SET expires_at = expires_at - 90001');
    await next.take();
    await gone.renew(); // It was only asleep: it says so, and takes nothing away.
    await next.renew();
    const rows = await ims.rows("SELECT holder FROM emay_ims_lease WHERE name LIKE 'gateway:%:%'");
    expect(new Set(rows.map(({ holder }) => holder))).toEqual(new Set(['next']));
  });
});
