import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { DEFAULT_LIMITS } from '../../libs/emay-ims/src/database/pooled-connection.js';
import { EmayImsConflictError, EmayImsStoreError } from '../../libs/emay-ims/src/errors/emay-ims-errors.js';
import { DueList } from '../../libs/emay-ims/src/message-store/due-list.js';
import { MessageFinder } from '../../libs/emay-ims/src/message-store/message-finder.js';
import { Enqueuer } from '../../libs/emay-ims/src/sending/enqueuer.js';
import { serversUnderTest } from '../support/databases.js';
import type { NewMessage } from '../../libs/emay-ims/src/messages/new-message.js';
import { openTestDatabase } from './open-database.js';
import type { MessageParts } from './store/message-parts.js';
import { FAR_FUTURE, idsOf, newAttempt, newMessage, newMessages, StoreBench } from './store/store-bench.js';

/** SQLite has one connection and no locks of rows. */
const servers = serversUnderTest();
const ISOLATIONS = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const;

/** What is under way in a transaction that a host leaves open must not hold up anything else. */
(servers.length > 0 ? describe.each(servers) : describe.skip.each(['a server']))('beside a host on %s', (kind) => {
  let bench: StoreBench;
  let host: DataSource;
  let module: ImsDatabase;
  const rollBack: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const opened = await openTestDatabase(kind as (typeof servers)[number]);
    bench = await StoreBench.open(async () => opened);
    host = await opened.connect();
    // Whoever waits for a lock fails soon: no test waits for a clock.
    module = new ImsDatabase(await opened.connect(), { limits: { ...DEFAULT_LIMITS, statementTimeoutMs: 5_000 } });
  });
  afterEach(async () => {
    for (const end of rollBack.splice(0)) await end();
  });
  afterAll(() => bench?.close());

  const begin = async (isolation: (typeof ISOLATIONS)[number]): Promise<EntityManager> => {
    const runner = host.createQueryRunner();
    await runner.startTransaction(isolation);
    rollBack.push(async () => {
      await runner.rollbackTransaction();
      await runner.release();
    });
    return runner.manager;
  };

  it.each(ISOLATIONS)('that cancels a message (%s), claims take its neighbours', async (isolation) => {
    const store = bench.store(undefined, module);
    const messages = newMessages(20);
    const [cancelled, ...others] = idsOf(messages) as [string, ...string[]];
    await bench.enqueue(store, messages);
    expect(await store.queue.cancel(cancelled, await begin(isolation))).toBe(true);
    expect(idsOf(await store.queue.claim(50, newAttempt())).toSorted()).toEqual(others.toSorted());
    await rollBack.pop()?.();
    expect(idsOf(await store.queue.claim(50, newAttempt()))).toEqual([cancelled]);
  });

  it.each(ISOLATIONS)('that cancels a message (%s), others enqueue and cancel', async (isolation) => {
    const store = bench.store(undefined, module);
    const [cancelled, other] = newMessages(2) as [ReturnType<typeof newMessage>, ReturnType<typeof newMessage>];
    await bench.enqueue(store, [cancelled, other]);
    expect(await store.queue.cancel(cancelled.customImsId, await begin(isolation))).toBe(true);
    const later = newMessages(3);
    await store.queue.insertQueued(later, await store.queue.now());
    expect(await store.queue.cancel(other.customImsId)).toBe(true);
    expect(idsOf(await store.queue.claim(50, newAttempt())).toSorted()).toEqual(idsOf(later).toSorted());
  });

  it.each(ISOLATIONS)('that stores the same ids again (%s), claims take the others', async (isolation) => {
    const store = bench.store(undefined, module);
    const again = newMessages(5);
    const others = newMessages(5);
    await bench.enqueue(store, [...again, ...others]);
    const manager = await begin(isolation);
    await module.within(manager, async (session) => store.queue.insertQueued(again, new Date(), session));
    const taken = idsOf(await store.queue.claim(50, newAttempt()));
    expect(taken).toEqual(expect.arrayContaining(idsOf(others)));
    await rollBack.pop()?.();
    const rest = idsOf(await store.queue.claim(50, newAttempt()));
    expect([...taken, ...rest].toSorted()).toEqual(idsOf([...again, ...others]).toSorted());
  });

  const enqueued = (messages: ReturnType<typeof newMessages>) => ({ messages, givenIds: new Set(idsOf(messages)) });
  const enqueuerOf = (store: MessageParts, finder = store.finder) => new Enqueuer(module, store.queue, finder, null);
  // At SERIALIZABLE, MySQL locks whatever is read.
  const WITHOUT_LOCKS = ISOLATIONS.filter((isolation) => kind === 'postgres' || isolation !== 'SERIALIZABLE');

  it.each(WITHOUT_LOCKS)('that enqueues the same ids again (%s), claims take them, too', async (isolation) => {
    const store = bench.store(undefined, module);
    const messages = newMessages(5);
    const manager = await begin(isolation);
    await manager.query('SELECT COUNT(*) FROM emay_ims_message');
    await bench.enqueue(store, messages);
    const again = enqueuerOf(store).enqueue(enqueued(messages), manager);
    if (kind === 'postgres' && isolation !== 'READ COMMITTED') {
      await expect(again).rejects.toMatchObject({ transactionIsOver: true });
    } else {
      expect(idsOf(await again)).toEqual(idsOf(messages));
    }
    expect(idsOf(await store.queue.claim(50, newAttempt())).toSorted()).toEqual(idsOf(messages).toSorted());
  });

  it.each([false, true])(
    'that enqueues ids of which some are there stores the others; look fails: %s',
    async (fails) => {
      class FailingFinder extends MessageFinder {
        override async findByIds(...[ids, session]: Parameters<MessageFinder['findByIds']>) {
          if (session === undefined && fails) throw new EmayImsStoreError('POOL_TIMEOUT');
          return super.findByIds(ids, session);
        }
      }
      const store = bench.store(undefined, module);
      const enqueuer = enqueuerOf(store, new FailingFinder(module, store.account));
      const [known, own, other] = newMessages(3) as [NewMessage, NewMessage, NewMessage];
      // In a snapshot, PostgreSQL refuses what has come after it; from 11.6 on, MariaDB too.
      await host.transaction(kind === 'postgres' ? 'READ COMMITTED' : 'REPEATABLE READ', async (manager) => {
        if (kind === 'mariadb') await manager.query('SET SESSION innodb_snapshot_isolation = OFF');
        await manager.query('SELECT COUNT(*) FROM emay_ims_message');
        await bench.enqueue(store, [known]);
        await enqueuer.enqueue(enqueued([own]), manager);
        const stored = await enqueuer.enqueue(enqueued([known, own, other]), manager);
        expect(stored).toMatchObject([known, own, other].map(({ customImsId }) => ({ customImsId, state: 'QUEUED' })));
        const different = { ...known, content: 'another text' };
        await expect(enqueuer.enqueue(enqueued([different]), manager)).rejects.toThrow(EmayImsConflictError);
      });
      const claimed = idsOf(await store.queue.claim(50, newAttempt()));
      expect(claimed.toSorted()).toEqual(idsOf([known, own, other]).toSorted());
    },
  );

  it.each(ISOLATIONS)('that enqueues what it has cancelled (%s) is told so', async (isolation) => {
    const store = bench.store(undefined, module);
    const messages = newMessages(1);
    await bench.enqueue(store, messages);
    const manager = await begin(isolation);
    for (const id of idsOf(messages)) await store.queue.cancel(id, manager);
    const again = await enqueuerOf(store).enqueue(enqueued(messages), manager);
    expect(again).toMatchObject([{ state: 'CANCELLED' }]);
  });

  it.each(ISOLATIONS)('that stores a message (%s), claims take all rows of the list but its own', async (isolation) => {
    const store = bench.store(undefined, module);
    const rows = newMessages(40);
    for (const message of rows) await bench.enqueue(store, [message]);
    const manager = await begin(isolation);
    await module.within(manager, async (session) => store.queue.insertQueued(newMessages(1), new Date(), session));
    const taken = idsOf(await store.queue.claim(50, newAttempt()));
    expect(taken.toSorted()).toEqual(idsOf(rows).toSorted());
  });

  it('that has locked all that is due first, a claim reaches what is due next, and ends', async () => {
    const store = bench.store(undefined, module);
    const first = newMessages(3, { priority: 9 });
    const next = newMessages(2);
    await bench.enqueue(store, first);
    await bench.enqueue(store, next);
    const manager = await begin('READ COMMITTED');
    for (const id of idsOf(first)) expect(await store.queue.cancel(id, manager)).toBe(true);
    expect(idsOf(await store.queue.claim(3, newAttempt())).toSorted()).toEqual(idsOf(next).toSorted());
    expect(await store.queue.claim(3, newAttempt())).toEqual([]);
    await rollBack.pop()?.();
    expect(await store.queue.claim(3, newAttempt())).toHaveLength(3);
  });

  it('a claim that fills up its request leaves rows for the next one', async () => {
    const store = bench.store(undefined, module);
    for (let rows = 0; rows < 8; rows++) await bench.enqueue(store, newMessages(250));
    await bench.database.transaction(async (session) => {
      expect(await new DueList(bench.database, store.account).take(300, [0], session)).toHaveLength(300);
      expect(await store.queue.claim(250, newAttempt())).toHaveLength(250);
    });
  });

  it('an id stored again and again while it waits is listed once', async () => {
    const store = bench.store(undefined, module);
    const message = newMessage({ sendAt: new Date(FAR_FUTURE) });
    for (let at = 1; at <= 5; at++) await store.queue.insertQueued([message], new Date(at));
    const rows = await module.rows('SELECT ids FROM emay_ims_due WHERE account = ?', [store.account]);
    expect(rows).toHaveLength(1);
  });
});
