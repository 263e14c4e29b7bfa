/** A host whose operator applies a bulk action that was previewed elsewhere. Settings as JSON in the first argument. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EMAY_IMS_ENTITIES, EMAY_IMS_MIGRATIONS, EmayImsModule } from 'nestjs-emay-ims';
import { EmayImsOperations, EmayImsOperationsModule } from 'nestjs-emay-ims/operations';

const { typeOrm, module, apply } = JSON.parse(process.argv[2]);

class HostModule {}
Module({
  imports: [
    ...(typeOrm
      ? [TypeOrmModule.forRoot({ ...typeOrm, entities: EMAY_IMS_ENTITIES, migrations: EMAY_IMS_MIGRATIONS })]
      : []),
    EmayImsModule.forRoot(module),
    EmayImsOperationsModule,
  ],
})(HostModule);

const app = await NestFactory.createApplicationContext(HostModule, { logger: ['error', 'warn'] });
process.stdout.write('started\n');
const progress = await app.get(EmayImsOperations).of().apply(apply.id, apply.by, apply.reason);
process.stdout.write(`applied ${JSON.stringify(progress)}\n`);
