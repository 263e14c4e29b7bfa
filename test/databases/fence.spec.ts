import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EmayImsUnsentError } from 'nestjs-emay-ims';
import { closeGatewayHttp, createGatewayHttp, EmayImsClient } from '../../libs/emay-ims/src/client/index.js';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { AccountCircuit } from '../../libs/emay-ims/src/engine/account-circuit.js';
import { EventTransactions } from '../../libs/emay-ims/src/events/event-transactions.js';
import type { NewMessage } from '../../libs/emay-ims/src/messages/new-message.js';
import { MessageQueue } from '../../libs/emay-ims/src/message-store/message-queue.js';
import { UnconfirmedResolver } from '../../libs/emay-ims/src/operator/unconfirmed-resolver.js';
import { resolveOptions } from '../../libs/emay-ims/src/options/resolve-options.js';
import { BatchSender } from '../../libs/emay-ims/src/sending/batch-sender.js';
import { DirectSender } from '../../libs/emay-ims/src/sending/direct-sender.js';
import { Dispatcher } from '../../libs/emay-ims/src/sending/dispatcher.js';
import { Submitter } from '../../libs/emay-ims/src/sending/submitter.js';
import { httpAnswer, startRawServer, type RawServer } from '../client/support/raw-server.js';
import { createTestDatabase, databasesUnderTest, type TestDatabase } from '../support/databases.js';
import { messageParts, type MessageParts } from './store/message-parts.js';

const TIMEOUT_MS = 1_000;
const HOUR = 3_600_000;
beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(true));

const DECISION = { decidedBy: 'ann', reason: 'asked for' };

/**
 * A process that stands still after it has claimed messages. Its clocks are moved by hand; what others do meanwhile, they do
 * in the database.
 */
describe.each(databasesUnderTest())('a process that stood still between claim and request, on %s', (kind) => {
  let opened: TestDatabase;
  let gateway: RawServer;
  let database: ImsDatabase;
  let queue: StandingStill;
  let store: MessageParts;
  let submitter: Submitter;
  let circuit: AccountCircuit;
  let direct: DirectSender;
  let batches: BatchSender;
  let dispatcher: Dispatcher;
  let resolver: UnconfirmedResolver;
  let close: () => Promise<void>;
  const ahead = { monotonic: 0, wall: 0 };

  /** What happens in the moment after messages became SUBMITTING. */
  class StandingStill extends MessageQueue {
    meanwhile: () => Promise<void> = async () => undefined;

    override async claim(...call: Parameters<MessageQueue['claim']>) {
      const claimed = await super.claim(...call);
      await this.pass();
      return claimed;
    }

    override async claimThese(...call: Parameters<MessageQueue['claimThese']>) {
      const claimed = await super.claimThese(...call);
      await this.pass();
      return claimed;
    }

    override async insertSubmitting(...call: Parameters<MessageQueue['insertSubmitting']>) {
      await super.insertSubmitting(...call);
      await this.pass();
    }

    private async pass() {
      const { meanwhile } = this;
      this.meanwhile = async () => undefined;
      await meanwhile();
    }
  }

  beforeEach(async () => {
    Object.assign(ahead, { monotonic: 0, wall: 0 });
    opened = await createTestDatabase(kind);
    const dataSource = await opened.open();
    database = new ImsDatabase(dataSource);
    gateway = await startRawServer({ onRequest: (socket) => void socket.write(httpAnswer('{"code":"SUCCESS"}')) });
    const options = resolveOptions({
      ...{ baseUrl: gateway.url, appId: 'APP', secretKey: 'KEY' },
      http: { timeoutMs: TIMEOUT_MS },
      protocol: { canary: false },
    });
    const http = createGatewayHttp(options);
    const events = new EventTransactions(database, 'default');
    queue = new StandingStill(database, 'default');
    store = messageParts(database, 'default', { reportDeadlineMs: HOUR, holdMs: HOUR }, events);
    const { results, finder } = store;
    circuit = new AccountCircuit(options.dispatch);
    submitter = new Submitter(new EmayImsClient(http, options), queue, results, circuit, options, {
      monotonic: () => performance.now() + ahead.monotonic,
      wall: () => Date.now() + ahead.wall,
    });
    direct = new DirectSender(queue, finder, submitter, circuit, options);
    batches = new BatchSender(queue, finder, submitter, circuit, options);
    dispatcher = new Dispatcher(queue, submitter, circuit, options);
    resolver = new UnconfirmedResolver(database, results, events);
    close = async () => {
      closeGatewayHttp(http);
      await gateway.close();
      await dataSource.destroy();
      await opened.drop();
    };
  });
  afterEach(() => close());

  const abandoned = async () => {
    await database.run('UPDATE emay_ims_message SET due_at = 1');
    await database.run('UPDATE emay_ims_attempt SET due_at = 1');
    expect(await store.maintenance.recoverStalledAttempts()).toBeGreaterThan(0);
  };

  async function enqueue(...messages: NewMessage[]): Promise<void> {
    await queue.insertQueued(messages, await queue.now(), database);
  }

  it.each(['monotonic', 'wall'] as const)(
    'sends nothing of it by its %s clock, and all of it afterwards',
    async (clock) => {
      await enqueue(message('one'), message('two'));
      queue.meanwhile = async () => {
        ahead[clock] = 60_000;
        await abandoned();
        dispatcher.stop();
      };
      await dispatcher.dispatch();
      expect(gateway.bytesReceived()).toBe(0);
      expect(await store.finder.findOne('one')).toMatchObject({ state: 'QUEUED', code: 'ATTEMPT_OVER', attempts: 1 });
      expect(circuit.reason).toBeNull();
      const { state, dueAt } = (await store.finder.findOne('two'))!;
      expect([state, dueAt! <= (await queue.now())]).toEqual(['QUEUED', true]);
      const attempt = await submitter.newAttempt();
      await submitter.submit(await queue.claim(300, attempt), attempt, 0);
      expect(gateway.requests).toHaveLength(1);
    },
  );

  it('sends nothing that a person has given up meanwhile, and does not put it back', async () => {
    await enqueue(message('one'));
    queue.meanwhile = async () => {
      ahead.monotonic = 60_000;
      await abandoned();
      await resolver.resolve('one', { decision: 'give-up', ...DECISION });
    };
    await dispatcher.dispatch();
    expect(gateway.bytesReceived()).toBe(0);
    expect(await store.finder.findOne('one')).toMatchObject({ state: 'UNKNOWN', code: 'GIVEN_UP' });
  });

  it('sends once what a person has sent again meanwhile', async () => {
    await enqueue(message('one'));
    queue.meanwhile = async () => {
      ahead.monotonic = 60_000;
      await abandoned();
      await resolver.resolve('one', { decision: 'resend', ...DECISION });
      const attempt = await submitter.newAttempt();
      await submitter.submit(await queue.claim(300, attempt), attempt, 0);
      expect(gateway.requests).toHaveLength(1);
    };
    await dispatcher.dispatch();
    expect(gateway.requests).toHaveLength(1);
    expect((await store.finder.findOne('one'))?.attempts).toBe(2);
  });

  it('sends nothing past its expiry: that expires, and its neighbours go', async () => {
    const expiresAt = new Date((await queue.now()).getTime() + 500);
    await enqueue(message('short-lived', { expiresAt }), message('other'));
    queue.meanwhile = async () => {
      ahead.wall = 600;
      await database.run("UPDATE emay_ims_message SET expires_at = 1 WHERE custom_ims_id = 'short-lived'");
    };
    await dispatcher.dispatch();
    expect(gateway.requests.map(({ body }) => body.toString()).join()).not.toContain('short-lived');
    expect(await store.finder.findOne('other')).toMatchObject({ attempts: 2 });
    expect(await store.maintenance.expire()).toBe(1);
    expect(await store.finder.findOne('short-lived')).toMatchObject({
      state: 'EXPIRED',
      code: 'PAST_EXPIRY',
      attempts: 1,
    });
  });

  it('does not mind what time it is for this host', async () => {
    const expiresAt = new Date((await queue.now()).getTime() + HOUR);
    ahead.wall = 24 * HOUR;
    await enqueue(message('one', { expiresAt }));
    await dispatcher.dispatch();
    expect(gateway.requests).toHaveLength(1);
  });

  it.each(['', 'given'])(
    'tells the caller of a direct send that it was not sent, and holds it (id %s)',
    async (given) => {
      queue.meanwhile = async () => {
        ahead.monotonic = 60_000;
        await abandoned();
      };
      const wanted = { messages: [message('one')], givenIds: new Set(given === '' ? [] : ['one']) };
      const sent = direct.send(wanted);
      await expect(sent).rejects.toThrow(EmayImsUnsentError);
      await expect(sent).rejects.toMatchObject({ reason: 'ATTEMPT_OVER', retryable: true, customImsIds: ['one'] });
      expect(gateway.bytesReceived()).toBe(0);
      expect(await store.finder.findOne('one')).toMatchObject({ state: 'QUEUED', dueAt: null });
    },
  );

  it('does not send what a direct send has taken up again once it has expired', async () => {
    const wanted = message('one');
    await enqueue(wanted);
    await database.run('UPDATE emay_ims_message SET expires_at = 1');
    const sent = direct.send({ messages: [wanted], givenIds: new Set(['one']) });
    await expect(sent).rejects.toMatchObject({ reason: 'PAST_EXPIRY' });
    expect(gateway.bytesReceived()).toBe(0);
  });

  it('puts a batch back into the queue', async () => {
    queue.meanwhile = async () => {
      ahead.wall = 60_000;
    };
    await batches.send({ messages: [message('one'), message('two')], givenIds: new Set() });
    expect(gateway.bytesReceived()).toBe(0);
    expect(await store.finder.stats()).toMatchObject({ QUEUED: 2, SUBMITTING: 0 });
  });

  it('knows so by the clocks of the host, standing still in earnest', async () => {
    const expiresAt = new Date((await queue.now()).getTime() + 400);
    await enqueue(message('one', { expiresAt }));
    queue.meanwhile = async () => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    };
    await dispatcher.dispatch();
    expect(gateway.bytesReceived()).toBe(0);
    expect(await store.maintenance.expire()).toBe(1);
    await enqueue(message('two'));
    queue.meanwhile = async () => {
      // An attempt lasts five seconds longer than its request, and is given up two before its end.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TIMEOUT_MS + 3_100);
      dispatcher.stop();
    };
    await dispatcher.dispatch();
    expect(gateway.bytesReceived()).toBe(0);
    expect(await store.finder.findOne('two')).toMatchObject({ state: 'QUEUED', code: 'ATTEMPT_OVER' });
  });
});

let made = 0;

function message(customImsId: string, given: Partial<NewMessage> = {}): NewMessage {
  const mobile = `+61${422_000_000 + ++made}`;
  return { customImsId, mobile, content: 'Hello', priority: 0, sendAt: null, expiresAt: null, ...given };
}
