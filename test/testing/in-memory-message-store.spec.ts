import { describe } from '@jest/globals';
import type { ImsDatabase } from '../../libs/emay-ims/src/database/ims-database.js';
import type { MessageFinder } from '../../libs/emay-ims/src/message-store/message-finder.js';
import type { MessageMaintenance } from '../../libs/emay-ims/src/message-store/message-maintenance.js';
import type { MessageQueue } from '../../libs/emay-ims/src/message-store/message-queue.js';
import type { MessageResults } from '../../libs/emay-ims/src/message-store/message-results.js';
import { InMemoryMessageFinder } from '../../libs/emay-ims/src/testing/in-memory-message-finder.js';
import { InMemoryMessageMaintenance } from '../../libs/emay-ims/src/testing/in-memory-message-maintenance.js';
import { InMemoryMessageQueue } from '../../libs/emay-ims/src/testing/in-memory-message-queue.js';
import { InMemoryMessageResults } from '../../libs/emay-ims/src/testing/in-memory-message-results.js';
import { MessageTable } from '../../libs/emay-ims/src/testing/message-table.js';
import { standsFor, type Surface } from '../../libs/emay-ims/src/testing/surface.js';
import { itApplies } from '../databases/store/applying.js';
import { itClaims } from '../databases/store/claiming.js';
import { itSettles } from '../databases/store/recording-outcomes.js';
import {
  HOLD_MS,
  newAccount,
  newMessage,
  REPORT_DEADLINE_MS,
  type StoreBench,
} from '../databases/store/store-bench.js';
import type { MessageParts } from '../databases/store/message-parts.js';
import { itSweeps } from '../databases/store/sweeping.js';

const TIMES = new Set(['due_at', 'send_at', 'expires_at', 'created_at', 'submitted_at', 'accepted_at', 'final_at']);

/** What has no meaning here: there are neither connections nor indexes. */
type OfDatabasesAlone = 'anotherDatabase' | 'relist' | 'rowsOf';

/** What a contract of the databases needs, over maps. */
class InMemoryStoreBench implements Surface<StoreBench, OfDatabasesAlone> {
  readonly database = null as unknown as ImsDatabase;
  private readonly tables = new Map<string, MessageTable>();

  store(account = newAccount()): MessageParts {
    const table = this.tables.get(account) ?? new MessageTable(account);
    this.tables.set(account, table);
    const options = { reportDeadlineMs: REPORT_DEADLINE_MS, holdMs: HOLD_MS };
    return {
      account,
      queue: standsFor<MessageQueue>(new InMemoryMessageQueue(table)),
      results: standsFor<MessageResults>(new InMemoryMessageResults(table, options)),
      maintenance: standsFor<MessageMaintenance>(new InMemoryMessageMaintenance(table, options)),
      finder: standsFor<MessageFinder>(new InMemoryMessageFinder(table)),
    };
  }

  async enqueue(store: MessageParts, messages: Parameters<StoreBench['enqueue']>[1]): Promise<void> {
    await store.queue.insertQueued(messages, await store.queue.now(), this.database);
  }

  async put(store: MessageParts, customImsId: string, columns: Record<string, string | number | null>): Promise<void> {
    const changes = Object.entries(columns).map(([column, value]) => [
      column.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      TIMES.has(column) && value !== null ? new Date(value) : value,
    ]);
    this.tableOf(store).change(customImsId, Object.fromEntries(changes));
  }

  async inState(...[store, state, customImsId, token]: Parameters<StoreBench['inState']>): Promise<void> {
    await this.enqueue(store, [newMessage({ customImsId })]);
    if (state !== 'QUEUED') await this.put(store, customImsId, { state, attempt: token, attempts: 1 });
  }

  async row(store: MessageParts, customImsId: string): Promise<Record<string, unknown>> {
    const [message] = this.tableOf(store).byIds([customImsId]);
    const columns = Object.entries(message ?? {}).map(([property, value]) => [
      property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value instanceof Date ? value.getTime() : (value as unknown),
    ]);
    return Object.fromEntries(columns) as Record<string, unknown>;
  }

  async stateOf(store: MessageParts, customImsId: string) {
    return (await store.finder.findOne(customImsId))?.state;
  }

  async close(): Promise<void> {}

  private tableOf({ account }: MessageParts): MessageTable {
    return this.tables.get(account)!;
  }
}

// Storing is left out: transactions and the width of columns are a database's own.
describe('the message store in memory keeps the contract of those in databases', () => {
  const bench = standsFor<StoreBench, OfDatabasesAlone>(new InMemoryStoreBench());
  const theBench = () => bench;
  itClaims(theBench);
  itSettles(theBench);
  itSweeps(theBench);
  itApplies(theBench);
});
