/**
 * A Nest application whose transactions are kept by `typeorm-transactional` or `nestjs-cls`. Does what a shop does in them, and prints
 * what became of its messages. A process of its own: these libraries are CommonJS, and jest cannot `require` Nest 12.
 */
import 'reflect-metadata';
import { setTimeout as pause } from 'node:timers/promises';
import { ClsPluginTransactional, TransactionHost } from '@nestjs-cls/transactional';
import { TransactionalAdapterTypeOrm } from '@nestjs-cls/transactional-adapter-typeorm';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { ClsModule, ClsService } from 'nestjs-cls';
import { EMAY_IMS_ENTITIES, EMAY_IMS_MIGRATIONS, EmayImsModule, EmayImsService } from 'nestjs-emay-ims';
import { DataSource } from 'typeorm';
import {
  addTransactionalDataSource,
  initializeTransactionalContext,
  runInTransaction,
  runOnTransactionCommit,
} from 'typeorm-transactional';

const [library, type, url, account] = process.argv.slice(2);
const source = { type, url, entities: EMAY_IMS_ENTITIES, migrations: EMAY_IMS_MIGRATIONS, migrationsRun: true };
const options = { ...JSON.parse(account), dispatch: { intervalMs: 20 }, reports: { enabled: false } };

const LIBRARIES = {
  'typeorm-transactional': {
    imports() {
      initializeTransactionalContext();
      return [
        TypeOrmModule.forRootAsync({
          useFactory: () => source,
          dataSourceFactory: async () => addTransactionalDataSource(new DataSource(source)),
        }),
        EmayImsModule.forRoot({
          ...options,
          database: { dataSource: 'default', currentManager: ({ manager }) => manager },
        }),
      ];
    },
    inTransaction: (work) => runInTransaction(work),
    manager: () => app.get(DataSource).manager,
    afterCommit: (work) => runOnTransactionCommit(work),
  },
  'nestjs-cls': {
    imports: () => [
      TypeOrmModule.forRoot(source),
      ClsModule.forRoot({
        global: true,
        plugins: [
          new ClsPluginTransactional({
            imports: [TypeOrmModule],
            adapter: new TransactionalAdapterTypeOrm({ dataSourceToken: getDataSourceToken() }),
          }),
        ],
      }),
      EmayImsModule.forRootAsync({
        inject: [TransactionHost],
        useFactory: (transactions) => ({
          ...options,
          database: { dataSource: 'default', currentManager: () => transactions.tx },
        }),
      }),
    ],
    inTransaction: (work) => app.get(ClsService).run(() => app.get(TransactionHost).withTransaction(work)),
    manager: () => app.get(TransactionHost).tx,
    afterCommit: () => undefined, // It has no such hook.
  },
};
const { imports, inTransaction, manager, afterCommit } = LIBRARIES[library];

class HostModule {}
Module({ imports: imports() })(HostModule);
const app = await NestFactory.createApplicationContext(HostModule, { logger: ['error'] });
const ims = app.get(EmayImsService);

const message = (customImsId, more = {}) => ({ mobile: '+61422118000', content: 'On its way', customImsId, ...more });
const enqueue = (customImsId, more) => ims.enqueue([message(customImsId)], more);
const rolledBack = (work) =>
  inTransaction(async () => {
    await work();
    throw new Error('payment failed');
  }).catch(() => undefined);

await rolledBack(() => enqueue('rolled-back'));
await rolledBack(() => ims.enqueueStream([message('stream-rolled-back')]));
await inTransaction(async () => {
  await enqueue('committed');
  await ims.enqueueStream([message('stream-committed')]);
  const seen = await Promise.all(['committed', 'stream-committed'].map((id) => ims.findOne(id)));
  if (seen.some(Boolean)) throw new Error('Seen by others before the commit');
});

const later = { sendAt: new Date(Date.now() + 3_600_000) };
await ims.enqueue([message('cancel-rolled-back', later), message('cancelled', later)]);
await rolledBack(() => ims.cancel('cancel-rolled-back'));
await inTransaction(async () => {
  await enqueue('cancelled-within');
  const answers = [await ims.cancel('cancelled'), await ims.cancel('cancelled-within')];
  if (!answers.every(Boolean)) throw new Error('Not found by cancel');
});

const another = app.get(DataSource).createQueryRunner();
await another.startTransaction();
await rolledBack(async () => {
  await enqueue('given-manager', { manager: another.manager });
  await enqueue('given-null', { manager: null });
});
await another.commitTransaction();
await another.release();

await rolledBack(() => ims.send(message('sent')));
await enqueue('outside');
const { afterwards } = await inTransaction(async () => {
  afterCommit(() => void enqueue('hook'));
  return { afterwards: pause(200).then(() => enqueue('afterwards')) };
});
await afterwards;

let ended;
await inTransaction(async () => {
  await manager().query('ROLLBACK');
  ended = await enqueue('ended').catch(({ name, transactionIsOver }) => ({ name, transactionIsOver }));
}).catch(() => undefined); // There may be nothing to commit.

for (const giveUpAt = performance.now() + 90_000; performance.now() < giveUpAt;) {
  const { items } = await ims.find({ state: ['QUEUED', 'SUBMITTING'], createdBefore: new Date(Date.now() + 60_000) });
  if (items.every(({ sendAt }) => sendAt !== null)) break;
  await pause(20);
}
const { items } = await ims.find();
const states = Object.fromEntries(items.map(({ customImsId, state }) => [customImsId, state]));
await app.close();
process.stdout.write(`became: ${JSON.stringify({ states, ended })}\n`);
