import { expect, it } from '@jest/globals';
import { AccountCircuit } from '../engine/account-circuit.js';
import type { Attempt } from '../messages/attempt.js';
import type { NewMessage } from '../messages/new-message.js';
import type { MessageFinder } from '../message-store/message-finder.js';
import type { MessageQueue } from '../message-store/message-queue.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { BatchSender } from './batch-sender.js';
import type { Submitter } from './submitter.js';

const messages: NewMessage[] = Array.from({ length: 20 }, (_, index) => ({
  ...{ customImsId: `m${index}`, mobile: `+6142211${index}`, content: 'Hello' },
  ...{ priority: 0, sendAt: null, expiresAt: null },
}));

it('sends nothing any more once a batch has failed, and tells so when all requests have ended', async () => {
  const ended: string[] = [];
  let stored = 0;
  const finder = { findByIds: async () => [] } as unknown as MessageFinder;
  const queue = {
    now: async () => new Date(),
    insertSubmitting: async () => {
      if (++stored === 2) throw new Error('the database is away');
    },
  } as unknown as MessageQueue;
  const submitter = {
    size: { limit: 1, isSmall: false },
    newAttempt: async () => ({ token: 't', lastsMs: 1_000, heldBack: null }),
    submit: async ([message]: NewMessage[]) => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      const customImsId = String(message?.customImsId);
      ended.push(customImsId);
      return [{ customImsId, state: 'ACCEPTED', code: 'SUCCESS', imsId: null }];
    },
    beforeRequest: (_attempt: Attempt, _releaseInMs: number | null, work: () => Promise<unknown>) => work(),
    retryOnStoreError: (work: () => Promise<unknown>) => work(),
  } as unknown as Submitter;
  const dispatch = { concurrency: 2, maxBatchSize: 1, minBackoffMs: 1, maxBackoffMs: 1 };
  const options = { name: 'default', dispatch } as unknown as ResolvedEmayImsOptions;
  const sender = new BatchSender(queue, finder, submitter, new AccountCircuit(dispatch), options);
  const { stored: sent, unsent } = await sender.send({ messages, givenIds: new Set() });
  expect(ended).toEqual(['m0']);
  expect(stored).toBe(2);
  expect(sent.map(({ customImsId, state }) => [customImsId, state])).toEqual([['m0', 'ACCEPTED']]);
  expect(unsent).toEqual(messages.slice(1));
});
