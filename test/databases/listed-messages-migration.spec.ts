import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EMAY_IMS_MIGRATIONS } from 'nestjs-emay-ims';
import type { DataSource } from 'typeorm';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { listedAsSql } from '../../libs/emay-ims/src/message-store/message-listing.js';
import { IMS_MESSAGE_STATES } from '../../libs/emay-ims/src/messages/message-state.js';
import { MessageStore } from '../../libs/emay-ims/src/message-store/message-store.js';
import { databasesUnderTest } from '../support/databases.js';
import { openTestDatabase } from './open-database.js';
import { FAR_FUTURE, HOLD_MS, LONG_AGO, newAttempt, REPORT_DEADLINE_MS } from './store/store-bench.js';

/** What the table held before, with the time that the next thing was due at, and when it was accepted. */
const BEFORE = [
  ...IMS_MESSAGE_STATES.map((state) => ({ id: state, state, dueAt: LONG_AGO, acceptedAt: null })),
  { id: 'held', state: 'QUEUED', dueAt: null, acceptedAt: null },
  { id: 'for later', state: 'QUEUED', dueAt: FAR_FUTURE, acceptedAt: null },
  { id: 'under way', state: 'SUBMITTING', dueAt: FAR_FUTURE, acceptedAt: null },
  { id: 'reported soon', state: 'ACCEPTED', dueAt: FAR_FUTURE, acceptedAt: FAR_FUTURE - REPORT_DEADLINE_MS },
];

describe.each(databasesUnderTest())('messages from before they were listed, on %s', (kind) => {
  let source: DataSource;
  let close: () => Promise<void>;
  beforeEach(async () => {
    const opened = await openTestDatabase(kind);
    source = await opened.connect();
    close = () => opened.close();
    const later = EMAY_IMS_MIGRATIONS.toReversed().findIndex(({ name }) => name.startsWith('ListedMessages'));
    for (let undone = 0; undone <= later; undone++) await source.undoLastMigration();
    const database = new ImsDatabase(source);
    for (const { id, state, dueAt, acceptedAt } of BEFORE) {
      await database.run(
        `INSERT INTO emay_ims_message (account, custom_ims_id, mobile, content, state, priority, attempts, created_at, due_at, accepted_at)
         VALUES ('a', ?, ?, 'x', ?, 3, 0, 1, ?, ?)`,
        [id, `+61${id}`.slice(0, 20), state, dueAt, acceptedAt],
      );
    }
    await source.runMigrations();
  });
  afterEach(() => close());

  const openStore = () =>
    new MessageStore(new ImsDatabase(source), 'a', { reportDeadlineMs: REPORT_DEADLINE_MS, holdMs: HOLD_MS });

  it('are listed as their state says, but for those of which nothing is awaited', async () => {
    const wrong = await new ImsDatabase(source).rows(
      `SELECT custom_ims_id FROM emay_ims_message WHERE COALESCE(listed_as, 'HANDED_OVER') <> ${listedAsSql('state')}`,
    );
    expect(wrong).toEqual([]);
    const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 1]));
    expect(await openStore().stats()).toEqual({ ...counts, QUEUED: 3, SUBMITTING: 2, ACCEPTED: 2 });
  });

  it('go on as if nothing had happened', async () => {
    const store = openStore();
    expect(await store.recoverAbandonedAttempts()).toBe(1);
    expect(await store.giveUpWaitingForReports()).toBe(1);
    expect((await store.claim(300, newAttempt())).map(({ customImsId }) => customImsId)).toEqual(['QUEUED']);
    expect((await store.findOne('SUBMITTING'))?.state).toBe('UNCONFIRMED');
    expect((await store.findOne('ACCEPTED'))?.state).toBe('UNKNOWN');
    await store.unhold(['held'], new ImsDatabase(source));
    expect(await store.claim(300, newAttempt())).toHaveLength(1);
  });
});
