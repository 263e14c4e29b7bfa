import { expect, it } from '@jest/globals';
import type { ImsDatabase } from '../database/ims-database.js';
import { AccountCircuit } from '../engine/account-circuit.js';
import type { MessageStore, NewMessage } from '../messages/message-store.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { DirectSender } from './direct-sender.js';
import type { Submitter } from './submitter.js';

const messages: NewMessage[] = Array.from({ length: 20 }, (_, index) => ({
  ...{ customImsId: `m${index}`, mobile: `+6142211${index}`, content: 'Hello' },
  ...{ priority: 0, sendAt: null, expiresAt: null },
}));

it('sends nothing any more once a batch has failed, and tells so when all requests have ended', async () => {
  const ended: string[] = [];
  let stored = 0;
  const store = {
    findByIds: async () => [],
    now: async () => new Date(),
    insertSubmitting: async () => {
      if (++stored === 2) throw new Error('the database is away');
    },
  } as unknown as MessageStore;
  const submitter = {
    newAttempt: () => ({ token: 't', lastsMs: 1_000 }),
    submit: async ([message]: NewMessage[]) => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      ended.push(String(message?.customImsId));
    },
  } as unknown as Submitter;
  const dispatch = { concurrency: 2, maxBatchSize: 1, minBackoffMs: 1, maxBackoffMs: 1 };
  const options = { dispatch } as unknown as ResolvedEmayImsOptions;
  const sender = new DirectSender(
    null as unknown as ImsDatabase,
    store,
    submitter,
    new AccountCircuit(dispatch),
    options,
  );
  await expect(sender.sendMany({ messages, givenIds: new Set() })).rejects.toThrow('the database is away');
  expect(ended).toEqual(['m0']);
  expect(stored).toBe(2);
});
