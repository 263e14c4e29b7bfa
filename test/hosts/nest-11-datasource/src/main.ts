/** A Nest 11 project as it was made in early 2025: TypeScript 5.7, `module: commonjs`, TypeORM 0.3, a DataSource of its own. */
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { startSimulator, type Simulator } from 'emay-ims-simulator';
import { EMAY_IMS_ENTITIES, EMAY_IMS_MIGRATIONS, EmayImsModule, EmayImsService } from 'nestjs-emay-ims';
import { DataSource } from 'typeorm';
import { CreateOrder1700000000000 } from './create-order.migration';
import { Order } from './order.entity';

const url = process.env.DATABASE_URL ?? '';

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

function appModule({ url: baseUrl, accounts: [account] }: Simulator) {
  @Module({
    imports: [
      TypeOrmModule.forRoot({
        type: url.startsWith('postgres') ? 'postgres' : 'mariadb',
        url,
        entities: [Order, ...EMAY_IMS_ENTITIES],
        migrations: [CreateOrder1700000000000, ...EMAY_IMS_MIGRATIONS],
        migrationsRun: true,
      }),
      EmayImsModule.forRoot({
        baseUrl,
        appId: account!.appId,
        secretKey: account!.secretKey,
        dispatch: { intervalMs: 200 },
        reports: { intervalMs: 200 },
      }),
    ],
    providers: [OrderService],
  })
  class AppModule {}
  return AppModule;
}

async function main(): Promise<void> {
  const simulator = await startSimulator();
  const app = await NestFactory.createApplicationContext(appModule(simulator), { logger: ['warn', 'error'] });
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
}

void main();
