import { describe, expect, it } from '@jest/globals';
import { AccountCircuit } from '../engine/account-circuit.js';
import type { Attempt, ClaimedMessage } from '../messages/attempt.js';
import type { MessageQueue } from '../message-store/message-queue.js';
import type { ResolvedEmayImsOptions } from '../options/module-options.js';
import { Dispatcher } from './dispatcher.js';
import type { Submitter } from './submitter.js';

const MESSAGE: ClaimedMessage = { customImsId: 'one', mobile: '+61422118000', content: 'Hello' };

describe('a worker that fails while another is still sending', () => {
  it('fails the round when all have ended, and not the process at once', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    let isSent = false;
    let claims = 0;
    const queue = {
      claim: async () => {
        if (claims++ === 0) return [MESSAGE];
        throw new Error('the database is away');
      },
    } as unknown as MessageQueue;
    const submitter = {
      isAddressProven: true,
      size: { limit: 1, isSmall: false },
      newAttempt: async () => ({ token: 't', lastsMs: 1_000, heldBack: null }),
      beforeRequest: (_attempt: Attempt, _releaseInMs: number | null, work: () => Promise<unknown>) => work(),
      // Long enough for a failure that nobody has caught to be reported.
      submit: async () => {
        for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
        isSent = true;
      },
    } as unknown as Submitter;
    const dispatch = { concurrency: 2, maxBatchSize: 1, minBackoffMs: 1, maxBackoffMs: 1 };
    const options = { dispatch } as unknown as ResolvedEmayImsOptions;
    const dispatcher = new Dispatcher(queue, submitter, new AccountCircuit(dispatch), options);
    await expect(dispatcher.dispatch()).rejects.toThrow('the database is away');
    process.off('unhandledRejection', note);
    expect(isSent).toBe(true);
    expect(unhandled).toEqual([]);
  });
});
