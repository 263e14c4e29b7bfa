import { setImmediate as immediately } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EmayImsConflictError, EmayImsOptionsError, EmayImsValidationError } from 'nestjs-emay-ims';
import { DataSource, type EntityManager } from 'typeorm';
import { databasesUnderTest } from '../support/databases.js';
import { eventually } from '../support/eventually.js';
import { QUIET, startGatewayApp, type GatewayApp } from '../support/gateway-app.js';

const MESSAGE = { mobile: '+61422118000', content: 'Your order is on its way', customImsId: 'order-1' };

describe.each(databasesUnderTest())('enqueue in a transaction of the host on %s', (kind) => {
  let app: GatewayApp;
  afterEach(() => app.close());

  if (kind === 'sqlite') {
    it('is refused with a sentence that says why: the messages are in a file of their own', async () => {
      app = await startGatewayApp(kind);
      const own = await app.database.open();
      const attempt = own.transaction((manager) => app.ims.enqueue([MESSAGE], { manager }));
      await expect(attempt).rejects.toThrow(EmayImsOptionsError);
      await expect(attempt).rejects.toThrow(/SQLite file of their own/);
      await own.destroy();
      expect(await app.ims.findOne(MESSAGE.customImsId)).toBeNull();
    });
    return;
  }

  const startWithOrders = async () => {
    app = await startGatewayApp(kind, { module: { ...QUIET, dispatch: { enabled: true, intervalMs: 20 } } });
    const dataSource = app.module.get(DataSource);
    await dataSource.query('CREATE TABLE shop_order (id integer PRIMARY KEY)');
    return dataSource;
  };
  const orders = async (dataSource: DataSource) => (await dataSource.query('SELECT id FROM shop_order')) as unknown[];

  it('sends when the host commits, and not before', async () => {
    const dataSource = await startWithOrders();
    await dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO shop_order VALUES (1)');
      const [stored] = await app.ims.enqueue([MESSAGE], { manager });
      expect(stored).toMatchObject({ customImsId: 'order-1', state: 'QUEUED' });
      expect(await app.ims.findOne('order-1')).toBeNull();
    });
    await eventually(
      () => app.ims.findOne('order-1'),
      (message) => message?.state === 'ACCEPTED',
    );
    expect(await orders(dataSource)).toHaveLength(1);
  });

  it('leaves nothing behind when the host rolls back', async () => {
    const dataSource = await startWithOrders();
    const failed = dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO shop_order VALUES (1)');
      await app.ims.enqueue([MESSAGE], { manager });
      throw new Error('payment failed');
    });
    await expect(failed).rejects.toThrow('payment failed');
    expect(await app.ims.findOne('order-1')).toBeNull();
    expect(await orders(dataSource)).toHaveLength(0);
    expect(app.simulator.requests()).toHaveLength(0);
  });

  it('leaves the host its transaction when a message is refused, and stores none of the call', async () => {
    const dataSource = await startWithOrders();
    await app.ims.enqueue([MESSAGE]);
    await dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO shop_order VALUES (1)');
      const other = { ...MESSAGE, content: 'Another text' };
      const fresh = { ...MESSAGE, customImsId: 'order-2' };
      await expect(app.ims.enqueue([fresh, other], { manager })).rejects.toThrow(EmayImsConflictError);
      await expect(app.ims.enqueue([{ ...fresh, mobile: '1' }], { manager })).rejects.toThrow(EmayImsValidationError);
    });
    expect(await orders(dataSource)).toHaveLength(1);
    expect(await app.ims.findOne('order-2')).toBeNull();
  });

  it('is over before the host’s transaction ends, however it ends and whether it is awaited or not', async () => {
    const dataSource = await startWithOrders();
    for (let turns = 0; turns < 12; turns++) {
      const [kept, undone] = [
        { ...MESSAGE, customImsId: `kept-${turns}` },
        { ...MESSAGE, customImsId: `undone-${turns}` },
      ];
      const calls: Promise<unknown>[] = [];
      const call = async (message: typeof MESSAGE, manager: EntityManager) => {
        calls.push(app.ims.enqueue([message], { manager }));
        for (let turn = 0; turn < turns; turn++) await immediately();
      };
      await dataSource.transaction((manager) => call(kept, manager));
      await expect(
        dataSource.transaction(async (manager) => {
          await call(undone, manager);
          throw new Error('payment failed');
        }),
      ).rejects.toThrow('payment failed');
      const [end] = await Promise.allSettled(calls);
      expect((await app.ims.findOne(kept.customImsId)) !== null).toBe(end?.status === 'fulfilled');
      expect(await app.ims.findOne(undone.customImsId)).toBeNull();
    }
  });

  it('takes nothing along when it fails that the host writes at the same time', async () => {
    const dataSource = await startWithOrders();
    await app.ims.enqueue([MESSAGE]);
    for (let turns = 0; turns < 12; turns++) {
      await dataSource.transaction(async (manager) => {
        const conflict = app.ims.enqueue([{ ...MESSAGE, content: 'Another text' }], { manager });
        for (let turn = 0; turn < turns; turn++) await immediately();
        await Promise.allSettled([conflict, manager.query(`INSERT INTO shop_order VALUES (${turns})`)]);
        await expect(conflict).rejects.toThrow(EmayImsConflictError);
      });
    }
    expect(await orders(dataSource)).toHaveLength(12);
  });

  it('stores nothing where the transaction is over on the server, whatever the manager believes', async () => {
    const dataSource = await startWithOrders();
    await dataSource
      .transaction(async (manager) => {
        await manager.query('ROLLBACK');
        await expect(app.ims.enqueue([MESSAGE], { manager })).rejects.toMatchObject({ transactionIsOver: true });
      })
      .catch(() => undefined);
    expect(await app.ims.findOne('order-1')).toBeNull();
  });

  it('refuses a manager without an open transaction, and one of another database', async () => {
    const dataSource = await startWithOrders();
    await expect(app.ims.enqueue([MESSAGE], { manager: dataSource.manager })).rejects.toThrow(/open transaction/);
    const other = await app.database.open();
    const attempt = other.transaction((manager) => app.ims.enqueue([MESSAGE], { manager }));
    await expect(attempt).rejects.toThrow(/another DataSource/);
    await other.destroy();
    expect(await app.ims.findOne('order-1')).toBeNull();
  });
});
