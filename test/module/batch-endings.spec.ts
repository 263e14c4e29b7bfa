import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { EmayImsError, EmayImsStoreError, type ImsBatchResult } from 'nestjs-emay-ims';
import { FAILURES, GATEWAYS, MOBILES, World, type Gateway } from './failing-database.js';

beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(true));

const LISTS = ['accepted', 'rejected', 'unconfirmed', 'queued', 'ended', 'conflicts', 'unsent'] as const;
interface Case {
  gateway: Gateway;
  ids: 'given' | 'made';
  later: boolean;
}

const CASES: Case[] = GATEWAYS.flatMap((gateway) =>
  (['given', 'made'] as const).flatMap((ids) => [false, true].map((later) => ({ gateway, ids, later }))),
);

/** Of the last message it may be said that it is for later. */
function messagesOf({ ids, later }: Case) {
  return MOBILES.map((mobile, index) => ({
    mobile,
    content: `Text ${index}`,
    ...(ids === 'given' ? { customImsId: `id-${index}` } : {}),
    ...(later && index === 4 ? { sendAt: new Date(Date.now() + 60_000) } : {}),
  }));
}

describe.each(CASES)('a batch to a gateway that $gateway, ids $ids, one for later: $later', (given) => {
  it.each(FAILURES)('ends well whenever the database is %s', async (how) => {
    const whole = new World(given.gateway);
    await whole.service.sendPersonalized({ messages: messagesOf(given) });
    expect(whole.statements).toBeGreaterThan(5);
    for (let at = 1; at <= whole.statements + 1; at++) {
      const world = new World(given.gateway);
      world.fails = { at, how };
      await endsWell(world, given, `${how} at ${at}`);
    }
  });
});

async function endsWell(world: World, given: Case, where: string): Promise<void> {
  const messages = messagesOf(given);
  const call = () => world.service.sendPersonalized({ messages });
  const told = await call().catch((error: unknown) => error);
  const takenInTheCall = [...world.taken];
  expect([where, world.doubtedInVain()]).toEqual([where, []]);
  if (told instanceof EmayImsError) {
    expect([where, takenInTheCall]).toEqual([where, []]);
    expect(told).toBeInstanceOf(EmayImsStoreError);
    // Each of the two requests that are made at a time.
    expect([where, world.waitsMs.reduce((sum, waitMs) => sum + waitMs, 0) <= 2 * 5_000]).toEqual([where, true]);
    expect([where, told.customImsIds.length]).toEqual([where, 5]);
    await world.recover();
    // Who is told that the same call may be made again, makes it.
    if (told.retryable) await call();
    else await world.service.sendPersonalized({ messages: withIds(messages, told.customImsIds) });
  } else {
    const result = told as ImsBatchResult;
    const listed = LISTS.flatMap((list) => result[list].map(({ mobile }) => mobile));
    expect([where, listed.toSorted()]).toEqual([where, MOBILES]);
    const inList = (...lists: (typeof LISTS)[number][]) =>
      new Set(lists.flatMap((list) => result[list].map(({ mobile }) => mobile)));
    for (const mobile of takenInTheCall) {
      expect([where, mobile, inList('accepted', 'unconfirmed').has(mobile)]).toEqual([where, mobile, true]);
    }
    for (const { mobile, state } of result.accepted) {
      expect([where, mobile, state, takenInTheCall.includes(mobile)]).toEqual([where, mobile, 'ACCEPTED', true]);
    }
    const stored = new Set(world.table.where(() => true).map(({ mobile }) => mobile));
    for (const { mobile } of result.unsent) expect([where, mobile, stored.has(mobile)]).toEqual([where, mobile, false]);
    for (const { mobile } of result.queued) expect([where, mobile, stored.has(mobile)]).toEqual([where, mobile, true]);
    // Whoever is told anything else than that it was not sent, relies on it.
    if (world.fails?.how === 'question lost') {
      for (const mobile of MOBILES) {
        expect([where, mobile, stored.has(mobile)]).toEqual([where, mobile, !inList('unsent').has(mobile)]);
      }
    }
    expect(result.conflicts).toEqual([]);
    await world.recover();
    // What was not sent may be sent by another call, under ids of its own.
    const again = result.unsent.map(({ mobile, content }) => ({ mobile, content }));
    if (again.length > 0) await world.service.sendPersonalized({ messages: again });
  }
  await world.recover();
  expect([where, [...new Set(world.taken)].toSorted()]).toEqual([where, world.taken.toSorted()]);
}

function withIds<Message extends object>(messages: Message[], customImsIds: string[]) {
  return messages.map((message, index) => ({ ...message, customImsId: customImsIds[index] as string }));
}
