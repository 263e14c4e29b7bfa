/** A host with one durable handler, which prints what it is called with. Settings as JSON in the first argument. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EMAY_IMS_ENTITIES, EMAY_IMS_MIGRATIONS, EmayImsModule, EmayImsService, OnImsEvent } from 'nestjs-emay-ims';

const { typeOrm, module, send } = JSON.parse(process.argv[2]);

class Orders {
  onResult({ type, customImsId }) {
    process.stdout.write(`handled ${type} ${customImsId}\n`);
  }
}
const method = Object.getOwnPropertyDescriptor(Orders.prototype, 'onResult');
OnImsEvent('message.*', { durable: 'orders' })(Orders.prototype, 'onResult', method);

class HostModule {}
Module({
  imports: [
    ...(typeOrm
      ? [TypeOrmModule.forRoot({ ...typeOrm, entities: EMAY_IMS_ENTITIES, migrations: EMAY_IMS_MIGRATIONS })]
      : []),
    EmayImsModule.forRoot(module),
  ],
  providers: [Orders],
})(HostModule);

const app = await NestFactory.createApplicationContext(HostModule, { logger: ['error', 'warn'] });
process.stdout.write('started\n');
if (send) await app.get(EmayImsService).send(send);
