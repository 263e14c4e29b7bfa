import { describe, expect, it } from '@jest/globals';
import { IMS_MESSAGE_STATES, type FindImsDto } from 'nestjs-emay-ims';
import { idsOf, MESSAGE, messages, MOBILE, type Subject } from './subject.js';

const LATER = new Date(8e12);

export function itLooks(subject: () => Subject): void {
  describe('find', () => {
    it('goes through all, newest first, page by page', async () => {
      const { ims } = subject();
      await ims.enqueue(messages(7, { sendAt: LATER }));
      const found: string[] = [];
      let cursor: string | undefined;
      const sizes: number[] = [];
      do {
        const page = await ims.find({ limit: 3, cursor });
        sizes.push(page.items.length);
        found.push(...idsOf(page.items));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      expect(sizes).toEqual([3, 3, 1]);
      // Stored at one time, so their ids decide.
      expect(found).toEqual(['id-6', 'id-5', 'id-4', 'id-3', 'id-2', 'id-1', 'id-0']);
      expect((await ims.find({ limit: 7 })).nextCursor).toBeNull();
    });

    it('by state, number and time', async () => {
      const { ims } = subject();
      await ims.send(MESSAGE);
      await ims.enqueue([{ ...MESSAGE, customImsId: 'queued', sendAt: LATER }, ...messages(1, { sendAt: LATER })]);
      await ims.cancel('id-0');
      const { createdAt } = (await ims.findOne('queued'))!;
      const find = async (filter: FindImsDto) => idsOf((await ims.find(filter)).items).toSorted();
      expect(await find({ state: 'ACCEPTED' })).toEqual(['one']);
      expect(await find({ code: 'SUCCESS' })).toEqual(['one']);
      expect(await find({ state: ['QUEUED', 'CANCELLED'] })).toEqual(['id-0', 'queued']);
      expect(await find({ mobile: '0061 422118000' })).toEqual(['one', 'queued']);
      expect(await find({ mobile: MOBILE, state: 'QUEUED' })).toEqual(['queued']);
      expect(await find({ createdFrom: createdAt, state: 'QUEUED' })).toEqual(['queued']);
      expect(await find({ createdBefore: createdAt, state: 'QUEUED' })).toEqual([]);
      expect(await find({ createdFrom: LATER })).toEqual([]);
    });

    it.each<[FindImsDto, string[]]>([
      [{ limit: 0 }, ['limit']],
      [{ state: 'SENT' as never, mobile: '12', cursor: 'x' }, ['state', 'mobile', 'cursor']],
    ])('refuses %j', async (filter, properties) => {
      await expect(subject().ims.find(filter)).rejects.toMatchObject({
        violations: properties.map((property) => ({ index: -1, property })),
      });
    });

    it('nobody by an id that is not there', async () => {
      expect(await subject().ims.findOne('nobody')).toBeNull();
    });
  });

  describe('stats', () => {
    it('lists every state', async () => {
      const { ims } = subject();
      const none = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 0]));
      expect(await ims.stats()).toEqual(none);
      await ims.send(MESSAGE);
      await ims.sendPersonalized({ messages: messages(2) });
      await subject().report('id-0', 'DELIVRD');
      await ims.enqueue([{ ...MESSAGE, customImsId: 'queued', sendAt: LATER }]);
      expect(await ims.stats()).toEqual({ ...none, ACCEPTED: 2, DELIVERED: 1, QUEUED: 1 });
    });
  });
}
