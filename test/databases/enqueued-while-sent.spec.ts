import { afterEach, describe, expect, it } from '@jest/globals';
import { EmayImsUnsentError, getEmayImsClientToken } from 'nestjs-emay-ims';
import { DataSource } from 'typeorm';
import { ScriptedGateway } from '../../libs/emay-ims/src/testing/scripted-gateway.js';
import { databasesUnderTest } from '../support/databases.js';
import { startGatewayApp, type GatewayApp } from '../support/gateway-app.js';

const MESSAGE = { mobile: '+61422118000', content: 'Hello', customImsId: 'order-1' };
const UNREACHABLE = { kind: 'unsent', reason: 'ECONNREFUSED' } as const;

/** Something happens while the first message is under way. */
class EventfulGateway extends ScriptedGateway {
  meanwhile: () => Promise<unknown> = () => Promise.resolve();

  override async sendSingleIms(message: Parameters<ScriptedGateway['sendSingleIms']>[0]) {
    const { meanwhile } = this;
    this.meanwhile = () => Promise.resolve();
    await meanwhile();
    return super.sendSingleIms(message);
  }
}

/** Two callers with one id: what `enqueue` has promised, a `send` that fails must not put on hold. */
describe.each(databasesUnderTest())('a message that is enqueued while another call sends it, on %s', (kind) => {
  let app: GatewayApp;
  let gateway: EventfulGateway;
  afterEach(() => app.close());

  const start = async () => {
    gateway = new EventfulGateway();
    app = await startGatewayApp(kind, {
      module: { providers: [{ provide: getEmayImsClientToken(), useValue: gateway }] },
    });
    gateway.script(UNREACHABLE, { times: 2 });
  };
  const enqueue = () => app.ims.enqueue([MESSAGE]);
  const expectQueued = async () => {
    expect(await app.ims.findOne(MESSAGE.customImsId)).toMatchObject({
      state: 'QUEUED',
      code: 'ECONNREFUSED',
      dueAt: expect.any(Date),
    });
  };

  it('waits in the queue where that is its first try', async () => {
    await start();
    gateway.meanwhile = enqueue;
    await expect(app.ims.send(MESSAGE)).rejects.toMatchObject({ code: 'EMAY_IMS_QUEUED' });
    await expectQueued();
  });

  it('waits in the queue where it was on hold before', async () => {
    await start();
    await expect(app.ims.send(MESSAGE)).rejects.toThrow(EmayImsUnsentError);
    gateway.meanwhile = enqueue;
    await expect(app.ims.send(MESSAGE)).rejects.toMatchObject({ code: 'EMAY_IMS_QUEUED' });
    await expectQueued();
  });

  it('is on hold where the transaction that enqueued it rolled back', async () => {
    await start();
    const { database } = app;
    if (database.typeOrmOptions === null) return; // An SQLite file joins no transaction.
    gateway.meanwhile = async () => {
      const source = app.module.get(DataSource);
      const order = source.transaction(async (manager) => {
        await app.ims.enqueue([MESSAGE], { manager });
        throw new Error('rolled back');
      });
      await expect(order).rejects.toThrow('rolled back');
    };
    await expect(app.ims.send(MESSAGE)).rejects.toThrow(EmayImsUnsentError);
    expect(await app.ims.findOne(MESSAGE.customImsId)).toMatchObject({ state: 'QUEUED', dueAt: null });
  });

  it('leaves one that was enqueued first to its attempt', async () => {
    await start();
    gateway.clear();
    await enqueue();
    gateway.meanwhile = enqueue;
    expect(await app.ims.send(MESSAGE)).toMatchObject({ state: 'ACCEPTED' });
  });
});
