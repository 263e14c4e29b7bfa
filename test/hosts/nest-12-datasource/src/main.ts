/** The host's own DataSource (DATABASE_URL): an SMS goes out only if its order commits. */
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { TypeOrmModule } from '@nestjs/typeorm';
import { startSimulator } from 'emay-ims-simulator';
import {
  EMAY_IMS_ENTITIES,
  EmayImsModule,
  EmayImsService,
  runEmayImsMigrations,
  EMAY_IMS_MIGRATIONS,
} from 'nestjs-emay-ims';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { CreateOrder1700000000000 } from './create-order.migration.js';
import { Order } from './order.entity.js';

const url = process.env['DATABASE_URL'] ?? '';
const simulator = await startSimulator();
const [account] = simulator.accounts;

@Injectable()
class OrderService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ims: EmayImsService,
  ) {}

  async place(order: Order, fails = false): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.save(order);
      const message = {
        mobile: order.mobile,
        content: `Order ${order.id} is on its way`,
        customImsId: `order-${order.id}`,
      };
      await this.ims.enqueue([message], { manager });
      if (fails) throw new Error('out of stock');
    });
  }
}

@Module({
  imports: [
    ScheduleModule.forRoot(),
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: url.startsWith('postgres') ? 'postgres' : 'mariadb',
        url,
        entities: [Order, ...EMAY_IMS_ENTITIES],
        migrations: [CreateOrder1700000000000, ...EMAY_IMS_MIGRATIONS],
      }),
      dataSourceFactory: (options) => runEmayImsMigrations(new DataSource(options as DataSourceOptions)),
    }),
    EmayImsModule.forRoot({
      baseUrl: simulator.url,
      appId: account!.appId,
      secretKey: account!.secretKey,
      dispatch: { intervalMs: 200 },
      reports: { intervalMs: 200 },
    }),
  ],
  providers: [OrderService],
})
class AppModule {}

const app = await NestFactory.createApplicationContext(AppModule, { logger: ['warn', 'error'] });
const orders = app.get(OrderService);
const ims = app.get(EmayImsService);
const order = (id: string): Order => Object.assign(new Order(), { id, mobile: '+61422118000' });

await orders.place(order('1'), true).catch(() => undefined);
await orders.place(order('2'));
const giveUpAt = Date.now() + 20_000;
while ((await ims.findOne('order-2'))?.state !== 'DELIVERED') {
  if (Date.now() > giveUpAt) throw new Error(`Not delivered: ${JSON.stringify(await ims.stats())}`);
  await pause(50);
}
const accepted = simulator.accepted().map(({ customImsId }) => customImsId);
if (accepted.join() !== 'order-2') throw new Error(`The gateway accepted ${accepted.join()}`);
if (await ims.findOne('order-1')) throw new Error('The message of an order that was rolled back is there');
await app.close();
await simulator.stop();
console.log(JSON.stringify({ node: process.version, state: 'DELIVERED', accepted }));
