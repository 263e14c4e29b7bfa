import { describe, expect, it } from '@jest/globals';
import { idsOf, newAttempt, newMessage, newMessages, type StoreBench } from './store-bench.js';

const TEXTS: Record<string, string> = {
  'an ordinary text': 'Your code is 4711',
  'Chinese, a script beyond the basic plane, emoji and a family of them': '亿美软通 𠀀𠮷 🎉👨‍👩‍👧‍👦 é é',
  'quotes of all kinds': `'one' "two" \`three\` ''twice'' ;-- DROP TABLE emay_ims_message`,
  'backslashes, also before a quote and at the end': String.raw`C:\new\table \' \" \\ \0 \u0000 \x1a %_ \ `.trimEnd(),
  'line ends and control characters': 'one\ntwo\r\nthree\tfour\u001a\u0001\u007f\u2028five',
  'what looks like a parameter': '? ?? $1 $2 :name @x #{y} %s ${z}',
  'what looks like JSON': '{"custom_ims_id": "x"} [null] null "text" 12',
  'digits alone': '00012345678901234567890',
  'blanks at both ends': '  padded  ',
  'the longest text': '汉'.repeat(500),
  'the longest text of four-byte characters': '🎉'.repeat(250),
};

export function itStores(bench: () => StoreBench): void {
  describe('stores', () => {
    it.each(Object.entries(TEXTS))('%s byte for byte', async (_, content) => {
      const store = bench().store();
      const queued = newMessage({ content });
      const submitting = newMessage({ content });
      await bench().enqueue(store, [queued]);
      await store.queue.insertSubmitting([submitting], newAttempt());
      const found = await store.finder.findByIds(idsOf([queued, submitting]));
      expect(found.map((message) => Buffer.from(message.content).toString('hex'))).toEqual([
        Buffer.from(content).toString('hex'),
        Buffer.from(content).toString('hex'),
      ]);
      expect((await store.queue.claim(10, newAttempt())).map((message) => message.content)).toEqual([content]);
    });

    it('a message to be sent at once: due as it is created, and all that is not known yet is null', async () => {
      const store = bench().store();
      const message = newMessage();
      const createdAt = await store.queue.now();
      await store.queue.insertQueued([message], createdAt, bench().database);
      expect(await store.finder.findOne(message.customImsId)).toEqual({
        account: store.account,
        ...message,
        imsId: null,
        state: 'QUEUED',
        code: null,
        rawAnswer: null,
        dueAt: createdAt,
        attempt: null,
        attempts: 0,
        reportState: null,
        reportDescription: null,
        gatewaySubmitTime: null,
        gatewayReceiveTime: null,
        createdAt,
        submittedAt: null,
        acceptedAt: null,
        finalAt: null,
      });
    });

    it('when to send, when to give up and the priority', async () => {
      const store = bench().store();
      const sendAt = new Date('2031-02-03T04:05:06.789Z');
      const expiresAt = new Date('2031-02-04T00:00:00.001Z');
      const message = newMessage({ sendAt, expiresAt, priority: 9 });
      await bench().enqueue(store, [message]);
      expect(await store.finder.findOne(message.customImsId)).toMatchObject({
        sendAt,
        expiresAt,
        priority: 9,
        dueAt: sendAt,
      });
    });

    it('messages about to be submitted: in their first attempt, due when it is over', async () => {
      const store = bench().store();
      const messages = newMessages(3);
      const attempt = newAttempt(65_000);
      const before = await store.queue.now();
      await store.queue.insertSubmitting(messages, attempt);
      const after = await store.queue.now();
      for (const message of await store.finder.findByIds(idsOf(messages))) {
        expect(message).toMatchObject({ state: 'SUBMITTING', attempt: attempt.token, attempts: 1 });
        const submittedAt = message.submittedAt?.getTime() ?? 0;
        expect(submittedAt).toBeGreaterThanOrEqual(before.getTime());
        expect(submittedAt).toBeLessThanOrEqual(after.getTime());
        expect(message.createdAt).toEqual(message.submittedAt);
        expect(message.dueAt).toEqual(new Date(submittedAt + 65_000));
      }
    });

    it('nothing over an id that is there, whichever way it comes', async () => {
      const store = bench().store();
      const [first, second] = newMessages(2);
      const attempt = newAttempt();
      await bench().enqueue(store, [first!]);
      await store.queue.insertSubmitting([second!], attempt);
      const before = [await bench().row(store, first!.customImsId), await bench().row(store, second!.customImsId)];
      const others = [first!, second!].map((message) => ({
        ...message,
        content: 'Other',
        mobile: '+100',
        priority: 5,
      }));
      const fresh = newMessage();

      await bench().enqueue(store, [...others, fresh]);
      await store.queue.insertSubmitting(others, newAttempt());
      expect([await bench().row(store, first!.customImsId), await bench().row(store, second!.customImsId)]).toEqual(
        before,
      );
      expect(await bench().stateOf(store, fresh.customImsId)).toBe('QUEUED');
    });

    it('1,000 messages in one statement', async () => {
      const store = bench().store();
      const messages = newMessages(1_000, { content: '亿美'.repeat(100) });
      await bench().enqueue(store, messages);
      const found = await store.finder.findByIds(idsOf(messages));
      expect(new Set(idsOf(found))).toEqual(new Set(idsOf(messages)));
      expect(await store.finder.stats()).toMatchObject({ QUEUED: 1_000 });
    });

    it('ids apart that differ in case, in a dash at the end or in punctuation only', async () => {
      const store = bench().store();
      const ids = [
        'AbC',
        'aBc',
        'abc',
        'abc-',
        'abc--',
        '-abc',
        'a-bc',
        'abc.',
        "abc'",
        'abc"',
        'abc\\',
        'abc%',
        'ab_',
        '?',
      ];
      await bench().enqueue(
        store,
        ids.map((customImsId) => newMessage({ customImsId, content: `Text of ${customImsId}` })),
      );
      for (const id of ids) expect((await store.finder.findOne(id))?.content).toBe(`Text of ${id}`);
      expect((await store.finder.findByIds(ids)).length).toBe(ids.length);
      expect(idsOf(await store.queue.claimThese(['aBc', 'abc-', '?'], newAttempt())).toSorted()).toEqual([
        '?',
        'aBc',
        'abc-',
      ]);
      expect(await store.finder.stats()).toMatchObject({ QUEUED: ids.length - 3, SUBMITTING: 3 });
    });

    it('the same id for two accounts', async () => {
      const [one, other] = [bench().store(), bench().store()];
      await bench().enqueue(one, [newMessage({ customImsId: 'same', content: 'One' })]);
      await bench().enqueue(other, [newMessage({ customImsId: 'same', content: 'Other' })]);
      expect((await one.finder.findOne('same'))?.content).toBe('One');
      expect((await other.finder.findByIds(['same']))[0]?.content).toBe('Other');
      expect(await one.finder.stats()).toMatchObject({ QUEUED: 1 });
    });

    it('nothing of a transaction that fails', async () => {
      const store = bench().store();
      const failing = bench().database.transaction(async (session) => {
        await store.queue.insertQueued(newMessages(2), await store.queue.now(session), session);
        throw new Error('The order was not made.');
      });
      await expect(failing).rejects.toThrow('The order was not made.');
      expect(await store.finder.stats()).toMatchObject({ QUEUED: 0 });
    });

    it('nothing where one of the messages does not fit, and says no more than the code of the database', async () => {
      const store = bench().store();
      const tooMuch = newMessage({ content: 'secret text', mobile: null as unknown as string });
      const attempt = bench().enqueue(store, [newMessage(), tooMuch]);
      await expect(attempt).rejects.toMatchObject({ code: 'EMAY_IMS_STORE', retryable: true });
      await expect(attempt).rejects.not.toThrow(/secret/);
      expect(await store.finder.stats()).toMatchObject({ QUEUED: 0 });
    });
  });
}
