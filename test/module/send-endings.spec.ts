import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  EmayImsError,
  EmayImsQueuedError,
  EmayImsStoreError,
  EmayImsUnconfirmedError,
  EmayImsUnsentError,
  type ImsMessage,
} from 'nestjs-emay-ims';
import { FAILURES, GATEWAYS, MOBILES, World } from './failing-database.js';

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(true));

const [, MOBILE = ''] = MOBILES;
const TEXT = { mobile: MOBILE, content: 'Hello' };
const MESSAGES = { 'its own id': { ...TEXT, customImsId: 'one' }, 'no id': TEXT };

/** How long a call may wait for the database before its request, all in all. */
const PATIENCE_MS = 5_000;

/** What was done with the message before. */
const BEFORE = ['new', 'queued', 'held'] as const;

const CASES = GATEWAYS.flatMap((gateway) => [
  { gateway, id: 'no id', before: 'new' } as const,
  ...BEFORE.map((before) => ({ gateway, id: 'its own id', before }) as const),
]);

describe.each(CASES)(
  'a message that is $before, with $id, sent to a gateway that $gateway',
  ({ gateway, id, before }) => {
    const message = MESSAGES[id];

    function newWorld(): World {
      const world = new World(gateway);
      const stored = { ...MESSAGES['its own id'], priority: 0, sendAt: null, expiresAt: null };
      const [createdAt, dueAt] = [new Date(), before === 'held' ? null : new Date()];
      if (before !== 'new') world.table.insert(stored, { state: 'QUEUED', createdAt, dueAt, submittedAt: createdAt });
      return world;
    }

    it.each(FAILURES)('is told of truly whenever the database is %s', async (how) => {
      const whole = newWorld();
      await whole.service.send(message).catch(() => undefined);
      for (let at = 1; at <= whole.statements + 1; at++) {
        const where = `${how} at ${at}`;
        const world = newWorld();
        world.fails = { at, how };
        const told = await world.service.send(message).catch((error: unknown) => error as EmayImsError);
        const taken = world.taken.length;
        expect([where, world.doubtedInVain()]).toEqual([where, []]);
        if (!(told instanceof EmayImsError)) {
          expect([where, taken, (told as ImsMessage).state]).toEqual([where, 1, 'ACCEPTED']);
          continue;
        }
        expect([where, told.customImsIds.length]).toEqual([where, 1]);
        // Only who is told of a doubt may have been heard by the gateway.
        if (!(told instanceof EmayImsUnconfirmedError))
          expect([where, told.code, taken]).toEqual([where, told.code, 0]);
        // Who waits for the answer that nothing was sent, waits for seconds.
        if (told instanceof EmayImsStoreError) {
          const waitedMs = world.waitsMs.reduce((sum, waitMs) => sum + waitMs, 0);
          expect([where, waitedMs <= PATIENCE_MS]).toEqual([where, true]);
        }
        world.fails = null;
        const [customImsId = ''] = told.customImsIds;
        const stored = await world.service.findOne(customImsId);
        if (told instanceof EmayImsUnsentError) expect(stored).toMatchObject({ state: 'QUEUED', dueAt: null });
        if (told instanceof EmayImsQueuedError)
          expect(stored).toMatchObject({ state: 'QUEUED', dueAt: expect.any(Date) });
        if (told instanceof EmayImsStoreError && !told.mayBeStored && before === 'new') {
          expect([where, stored]).toEqual([where, null]);
        }
        await world.recover();
        if (told.retryable) await world.service.send(message).catch(() => undefined);
        await world.recover();
        expect([where, world.taken.length <= 1]).toEqual([where, true]);
        // What somebody was promised that it is sent, is never merely held.
        const after = await world.service.findOne(customImsId);
        if (before === 'queued') expect([where, after?.state, after?.dueAt]).not.toEqual([where, 'QUEUED', null]);
      }
    });
  },
);
