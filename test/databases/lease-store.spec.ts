import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmayImsStoreError } from 'nestjs-emay-ims';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { LeaseStore } from '../../libs/emay-ims/src/database/lease-store.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { HOUR, StoreBench } from './store/store-bench.js';

const INSTANCES = 10;

const holders = async (leases: LeaseStore[], name: string) => {
  const taken = await Promise.all(leases.map((lease) => lease.acquire(name, HOUR)));
  return taken.flatMap((isHolder, index) => (isHolder ? [index] : []));
};

describe.each(databasesUnderTest())('the leases on %s', (kind) => {
  let bench: StoreBench;
  const databases: ImsDatabase[] = [];
  let made = 0;
  beforeAll(async () => {
    bench = await StoreBench.open(() => openTestDatabase(kind));
    while (databases.length < INSTANCES) databases.push(await bench.anotherDatabase());
  });
  afterAll(() => bench.close());

  const instances = () => databases.map((database, index) => new LeaseStore(database, `instance-${index}`));
  const newName = () => `account-${++made}:sweep`;
  const end = (name: string) => bench.database.run('UPDATE emay_ims_lease SET expires_at = 1 WHERE name = ?', [name]);

  it('have one holder among 10 who ask at the same time, whether the lease is new or over', async () => {
    const leases = instances();
    for (let round = 0; round < 5; round++) {
      const name = newName();
      const first = await holders(leases, name);
      expect(first).toHaveLength(1);
      expect(await holders(leases, name)).toEqual(first);
      await end(name);
      expect(await holders(leases, name)).toHaveLength(1);
    }
  });

  it('are renewed by their holder, and only by it', async () => {
    const [one, other] = instances() as [LeaseStore, LeaseStore];
    const name = newName();
    const until = async () => {
      const [row] = await bench.database.rows('SELECT holder, expires_at FROM emay_ims_lease WHERE name = ?', [name]);
      return { holder: row?.holder, expiresAt: Number(row?.expires_at) };
    };
    expect(await one.acquire(name, 1_000 * HOUR)).toBe(true);
    const first = await until();
    expect(await other.acquire(name, 3_000 * HOUR)).toBe(false);
    expect(await until()).toEqual(first);
    expect(await one.acquire(name, 2_000 * HOUR)).toBe(true);
    const second = await until();
    expect(second.holder).toBe('instance-0');
    expect(second.expiresAt).toBeGreaterThanOrEqual(first.expiresAt + 1_000 * HOUR);
  });

  it("run on the database's clock", async () => {
    const [one] = instances() as [LeaseStore];
    const name = newName();
    const store = bench.store();
    const before = (await store.queue.now()).getTime();
    await one.acquire(name, HOUR);
    const after = (await store.queue.now()).getTime();
    const [row] = await bench.database.rows('SELECT expires_at FROM emay_ims_lease WHERE name = ?', [name]);
    expect(Number(row?.expires_at)).toBeGreaterThanOrEqual(before + HOUR);
    expect(Number(row?.expires_at)).toBeLessThanOrEqual(after + HOUR);
  });

  it('fall to another when their time is over, and stay with that one', async () => {
    const [one, other] = instances() as [LeaseStore, LeaseStore];
    const name = newName();
    await one.acquire(name, HOUR);
    await end(name);
    expect(await other.acquire(name, HOUR)).toBe(true);
    expect(await one.acquire(name, HOUR)).toBe(false);
  });

  it('are given back before their time by their holder; by anybody else without effect', async () => {
    const [one, other] = instances() as [LeaseStore, LeaseStore];
    const name = newName();
    await other.release(name);
    await one.acquire(name, HOUR);
    await other.release(name);
    expect(await other.acquire(name, HOUR)).toBe(false);
    await one.release(name);
    await one.release(name);
    expect(await other.acquire(name, HOUR)).toBe(true);
    await one.release(name);
    expect(await one.acquire(name, HOUR)).toBe(false);
  });

  it('are nobody’s when they end later than they last, as the clock has been set back', async () => {
    const [one, other] = instances() as [LeaseStore, LeaseStore];
    for (const lasts of ['lasts_ms', 'NULL']) {
      const name = newName();
      await one.acquire(name, 50_000);
      await bench.database.run(
        `UPDATE emay_ims_lease SET expires_at = expires_at + ${HOUR}, lasts_ms = ${lasts} WHERE name = ?`,
        [name],
      );
      expect(await one.currentHolder(name)).toBeNull();
      expect(await other.acquire(name, 50_000)).toBe(true);
      expect(await one.acquire(name, 50_000)).toBe(false);
      expect(await one.currentHolder(name)).toMatchObject({ isOurs: false });
    }
  });

  it('are no other instance’s where the database refuses a new one', async () => {
    const [one] = instances() as [LeaseStore];
    const name = newName();
    const refusing = Object.create(bench.database, {
      run: {
        value: ((sql, parameters) =>
          sql.startsWith('INSERT')
            ? bench.database.run(sql, [parameters?.[0], null, ...(parameters ?? []).slice(2)])
            : bench.database.run(sql, parameters)) satisfies ImsDatabase['run'],
      },
    }) as ImsDatabase;
    await expect(new LeaseStore(refusing, 'refused').acquire(name, HOUR)).rejects.toThrow(EmayImsStoreError);
    expect(await one.acquire(name, HOUR)).toBe(true);
    // One that is there needs no new row.
    expect(await new LeaseStore(refusing, 'refused').acquire(name, HOUR)).toBe(false);
  });

  it('are apart by name', async () => {
    const [one, other] = instances() as [LeaseStore, LeaseStore];
    const [name, another] = [newName(), newName()];
    expect(await one.acquire(name, HOUR)).toBe(true);
    expect(await other.acquire(another, HOUR)).toBe(true);
  });
});
