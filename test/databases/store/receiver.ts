import { EventTransactions } from '../../../libs/emay-ims/src/events/event-transactions.js';
import { DEFAULT_PROTOCOL_OPTIONS } from 'nestjs-emay-ims';
import { MessageTraces } from '../../../libs/emay-ims/src/message-store/message-trace.js';
import type { ResolvedEmayImsOptions } from '../../../libs/emay-ims/src/options/module-options.js';
import { LateMatching } from '../../../libs/emay-ims/src/reports/late-matching.js';
import { ReportApplication } from '../../../libs/emay-ims/src/reports/report-application.js';
import { ReportBatchStore, type StoredPage } from '../../../libs/emay-ims/src/reports/report-batch-store.js';
import { ReportInbox } from '../../../libs/emay-ims/src/reports/report-inbox.js';
import { ReportIngestor } from '../../../libs/emay-ims/src/reports/report-ingestor.js';
import { ReportSpool } from '../../../libs/emay-ims/src/reports/report-spool.js';
import { UnappliedReportStore } from '../../../libs/emay-ims/src/reports/unapplied-report-store.js';
import type { MessageParts } from './message-parts.js';
import { HOUR, newAccount, type StoreBench } from './store-bench.js';

/** The receiving side of one instance. */
export interface Receiver {
  store: MessageParts;
  batches: ReportBatchStore;
  inbox: ReportInbox;
  ingestor: ReportIngestor;
  lateMatching: LateMatching;
}

/** One instance: the first works on the bench's own connection. */
export function newReceiver(
  bench: StoreBench,
  account = newAccount(),
  database = bench.database,
  { events = new EventTransactions(database, account), folder = '' } = {},
): Receiver {
  const store = bench.store(account, database);
  const batches = new ReportBatchStore(database, account);
  const inbox = new ReportInbox(batches, new ReportSpool(folder, account, 'APP'), events);
  const options = {
    name: account,
    protocol: DEFAULT_PROTOCOL_OPTIONS,
    http: { maxResponseBytes: 4 * 1024 * 1024 },
  } as ResolvedEmayImsOptions;
  const unappliedReports = new UnappliedReportStore(database, account);
  const application = new ReportApplication(store.results, new MessageTraces(database, account));
  const ingestor = new ReportIngestor(events, inbox, unappliedReports, application, options);
  const lateMatching = new LateMatching(events, unappliedReports, application, HOUR);
  return { store, batches, inbox, ingestor, lateMatching };
}

/** What the gateway is asked for. */
export const REQUESTED = 10;

export const page = (...reports: unknown[]) => JSON.stringify({ code: 'SUCCESS', data: reports });
export const delivered = (customImsId: string, rest: object = {}) => ({
  customImsId,
  imsId: `ims-${customImsId}`,
  state: 'DELIVRD',
  desc: '成功',
  submitTime: '2023-07-31 14:36:00',
  receiveTime: '2023-07-31 14:36:05',
  ...rest,
});

export const pageOf = (id: string, body: string | Buffer, headers: Partial<StoredPage> = {}): StoredPage => ({
  id,
  body: Buffer.from(body as string),
  contentType: null,
  contentEncoding: null,
  requested: REQUESTED,
  cut: null,
  progress: 0,
  ...headers,
});

/** Has a page pulled and stored. */
export const stored = async (
  { inbox, batches }: Receiver,
  body: string | Buffer,
  headers: Partial<StoredPage> = {},
) => {
  const stand = pageOf(await inbox.ask(REQUESTED, HOUR), body, headers);
  await batches.store(stand);
  return stand;
};

/** What `newReceiver` takes behind the bench. */
export type OfInstance = Parameters<typeof newReceiver> extends [unknown, ...infer Rest] ? Rest : never;
