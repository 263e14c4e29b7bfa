import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EMAY_IMS_MIGRATIONS } from 'nestjs-emay-ims';
import type { DataSource } from 'typeorm';
import { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import { outcomeSql } from '../../libs/emay-ims/src/message-store/listed-outcome.js';
import { IMS_MESSAGE_STATES } from '../../libs/emay-ims/src/messages/message-state.js';
import { messageParts } from './store/message-parts.js';
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

/** From before messages were listed, and from before what is due had a table of its own. */
const RELEASES = ['ListedMessages', 'QueueApart'];

describe.each(databasesUnderTest().flatMap((kind) => RELEASES.map((migration) => ({ kind, migration }))))(
  'messages from before $migration on $kind',
  ({ kind, migration }) => {
    let source: DataSource;
    let close: () => Promise<void>;
    beforeEach(async () => {
      const opened = await openTestDatabase(kind);
      source = await opened.connect();
      close = () => opened.close();
      const later = EMAY_IMS_MIGRATIONS.toReversed().findIndex(({ name }) => name.startsWith(migration));
      for (let undone = 0; undone <= later; undone++) await source.undoLastMigration();
      const database = new ImsDatabase(source);
      for (const { id, state, dueAt, acceptedAt } of BEFORE) {
        await database.run(
          `INSERT INTO emay_ims_message (account, custom_ims_id, mobile, content, state, priority, attempts, created_at, due_at, accepted_at)
         VALUES ('a', ?, ?, 'x', ?, 3, 0, 1, ?, ?)`,
          [id, `+61${id}`.slice(0, 20), state, dueAt, acceptedAt],
        );
      }
      if (migration === 'QueueApart') {
        await database.run(
          `UPDATE emay_ims_message SET listed_as = CASE WHEN state IN ('SUBMITTING', 'ACCEPTED', 'DELIVERED') THEN 'HANDED_OVER' ELSE state END,
           listed_at = CASE WHEN state = 'QUEUED' THEN due_at ELSE created_at END`,
        );
      }
      await source.runMigrations();
    });
    afterEach(() => close());

    const openStore = () =>
      messageParts(new ImsDatabase(source), 'a', { reportDeadlineMs: REPORT_DEADLINE_MS, holdMs: HOLD_MS });

    it('are listed as their state says, but for those of which nothing is awaited', async () => {
      const wrong = await new ImsDatabase(source).rows(
        `SELECT custom_ims_id FROM emay_ims_message
       WHERE COALESCE(outcome, '-') <> CASE WHEN custom_ims_id = 'held' THEN 'HELD' ELSE COALESCE(${outcomeSql('state')}, '-') END`,
      );
      expect(wrong).toEqual([]);
      const counts = Object.fromEntries(IMS_MESSAGE_STATES.map((state) => [state, 1]));
      expect(await openStore().finder.stats()).toEqual({ ...counts, QUEUED: 3, SUBMITTING: 2, ACCEPTED: 2 });
    });

    it('go on as if nothing had happened', async () => {
      const store = openStore();
      expect(await store.maintenance.recoverStalledAttempts()).toBe(1);
      expect(await store.maintenance.endOverdueReportWaits()).toBe(1);
      expect((await store.queue.claim(300, newAttempt())).map(({ customImsId }) => customImsId)).toEqual(['QUEUED']);
      expect((await store.finder.findOne('SUBMITTING'))?.state).toBe('UNCONFIRMED');
      expect((await store.finder.findOne('ACCEPTED'))?.state).toBe('UNKNOWN');
      await store.queue.unhold(['held'], new ImsDatabase(source));
      expect(await store.queue.claim(300, newAttempt())).toHaveLength(1);
    });
  },
);
