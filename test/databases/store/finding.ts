import { describe, expect, it } from '@jest/globals';
import { MessageFinder, type MessageQuery } from '../../../libs/emay-ims/src/message-store/message-finder.js';
import { IMS_MESSAGE_STATES } from '../../../libs/emay-ims/src/messages/message-state.js';
import { decodeCursor, encodeCursor, type PageEnd } from '../../../libs/emay-ims/src/messages/page-cursor.js';
import { idsOf, newAttempt, newMessage, newMessages, type StoreBench } from './store-bench.js';

const SAME_TIME = new Date('2026-01-02T03:04:05.678Z');

const at = (offset: number) => new Date(SAME_TIME.getTime() + offset);

/** All pages, each asked for with the cursor of the one before. */
async function pages(finder: MessageFinder, query: MessageQuery): Promise<string[][]> {
  const all: string[][] = [];
  let after: PageEnd | undefined;
  do {
    const page = await finder.find({ ...query, after });
    if (page.length > 0) all.push(idsOf(page));
    const last = page.length < query.limit ? undefined : page.at(-1);
    after = last && (decodeCursor(encodeCursor(last)) as PageEnd);
  } while (after);
  return all;
}

export function itFinds(bench: () => StoreBench): void {
  describe('finds', () => {
    it('every message once, page by page, though all were created in the same millisecond', async () => {
      const store = bench().store();
      const finder = new MessageFinder(bench().database, store.account);
      // Ids that a locale's collation would put in another order than their bytes.
      const ids = [...'aAbBzZ'].flatMap((letter) => ['-', '_', '.', '0', 'x'].map((rest) => `${letter}${rest}`));
      await store.insertQueued(
        ids.map((customImsId) => newMessage({ customImsId })),
        SAME_TIME,
        bench().database,
      );
      const found = await pages(finder, { limit: 7 });
      expect(found.map(({ length }) => length)).toEqual([7, 7, 7, 7, 2]);
      expect(found.flat().toSorted()).toEqual(ids.toSorted());
    });

    it('the newest first', async () => {
      const store = bench().store();
      const finder = new MessageFinder(bench().database, store.account);
      const messages = newMessages(10);
      for (const [index, message] of messages.entries()) {
        await store.insertQueued([message], new Date(SAME_TIME.getTime() + Math.floor(index / 2)), bench().database);
      }
      const found = await pages(finder, { limit: 3 });
      const times = (await store.findByIds(found.flat())).map(
        ({ customImsId, createdAt }) => [customImsId, createdAt.getTime()] as const,
      );
      const timeOf = new Map(times);
      const inOrder = found.flat().map((id) => timeOf.get(id) as number);
      expect(inOrder).toEqual(inOrder.toSorted((one, other) => other - one));
      expect(inOrder).toHaveLength(10);
    });

    it('by state, number and time of creation, in this account only', async () => {
      const [store, other] = [bench().store(), bench().store()];
      const finder = new MessageFinder(bench().database, store.account);
      for (const each of [store, other]) {
        await each.insertQueued([newMessage({ customImsId: 'a', mobile: '+611' })], at(0), bench().database);
        await each.insertQueued([newMessage({ customImsId: 'b', mobile: '+612' })], at(1), bench().database);
        await each.insertQueued([newMessage({ customImsId: 'c', mobile: '+611' })], at(2), bench().database);
      }
      await store.cancel('b');
      const find = async (query: Partial<MessageQuery>) => idsOf(await finder.find({ limit: 10, ...query }));
      expect(await find({})).toEqual(['c', 'b', 'a']);
      expect(await find({ limit: 2 })).toEqual(['c', 'b']);
      expect(await find({ mobile: '+611' })).toEqual(['c', 'a']);
      expect(await find({ states: ['CANCELLED'] })).toEqual(['b']);
      expect(await find({ states: ['CANCELLED', 'QUEUED'], mobile: '+612' })).toEqual(['b']);
      expect(await find({ createdFrom: at(1) })).toEqual(['c', 'b']);
      expect(await find({ createdBefore: at(1) })).toEqual(['a']);
      expect(await find({ createdFrom: at(1), createdBefore: at(2) })).toEqual(['b']);
      expect(await find({ mobile: '+611', after: { createdAt: at(2), customImsId: 'c' } })).toEqual(['a']);
    });

    it('by what their ids begin with, byte by byte', async () => {
      const store = bench().store();
      const finder = new MessageFinder(bench().database, store.account);
      const ids = ['sale-1', 'sale-2', 'SALE-3', 'sale', 'sal', 'salf', 'sa_e-4', 'sale~', 'sale%'];
      await store.insertQueued(
        ids.map((customImsId) => newMessage({ customImsId })),
        SAME_TIME,
        bench().database,
      );
      const find = async (idPrefix: string) => idsOf(await finder.find({ limit: 20, idPrefix })).toSorted();
      expect(await find('sale')).toEqual(['sale', 'sale%', 'sale-1', 'sale-2', 'sale~']);
      expect(await find('sale-')).toEqual(['sale-1', 'sale-2']);
      expect(await find('sale~')).toEqual(['sale~']);
      expect(await find('sa_')).toEqual(['sa_e-4']);
      expect(await find('sale%')).toEqual(['sale%']);
      expect(await find('x')).toEqual([]);
      expect((await pages(finder, { limit: 2, idPrefix: 'sale' })).flat()).toHaveLength(5);
    });

    it('how many messages are in each state', async () => {
      const [store, empty] = [bench().store(), bench().store()];
      for (const [index, state] of IMS_MESSAGE_STATES.entries()) {
        for (let count = 0; count <= index; count++) {
          await bench().inState(store, state, `${state}-${count}`, newAttempt().token);
        }
      }
      expect(await store.stats()).toEqual(
        Object.fromEntries(IMS_MESSAGE_STATES.map((state, index) => [state, index + 1])),
      );
      expect(await empty.stats()).toEqual(Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0])));
    });
  });
}
