import { isSandbox } from '../../config/environment.js';
import { databaseTime } from '../database-clock.js';
import { EXIT_CODE } from '../exit-code.js';
import { withGateway, type Gateway } from '../gateway.js';
import type { Session } from '../session.js';
import { UsageError } from '../command-errors.js';
import { assertDecoded } from '../undecoded.js';
import { batchLines, needsAttention, type BatchAnswer } from './batch-answer.js';
import { Campaign } from './campaign.js';
import { isMobileName } from './columns.js';
import { openCsv, type TableFormat } from './csv-rows.js';
import { FailuresFile } from './failures-file.js';
import { waitForSubmission } from './submission.js';
import { byState, campaignMessages, messagesBetween, newestCreatedAt, queuedMessages } from './message-counts.js';
import { Progress } from './progress.js';
import { openRecipients, type RecipientOptions, type Recipients } from './recipients.js';
import { isNumber } from './recipient-number.js';
import { rehearse } from './rehearsal.js';
import { keepInQueue, storeRecipients } from './store-recipients.js';
import { TableSource } from './table-source.js';

/** The options of the command. */
export interface SendBatchOptions extends RecipientOptions {
  csv: string;
  campaign?: string;
  encoding?: string;
  delimiter?: string;
  failures?: string;
  dryRun?: true;
  wait: boolean;
  giveUpAfter: number;
}

/** A batch ready to be worked on. */
interface Batch {
  campaign: Campaign | null;
  source: TableSource;
  format: TableFormat;
  recipients: Recipients;
  failures: FailuresFile;
}

/**
 * Sends to every row of a table.
 *
 * - Rows are stored first, durably, under ids that the same row gets again in every run: a run that was killed at any
 *   point is taken up by giving the same command again.
 * - The dispatcher of this process, or of the service beside it, sends meanwhile; both may.
 */
export async function sendBatch(session: Session, options: SendBatchOptions): Promise<number> {
  assertSendable(options);
  const path = options.csv === '-' ? null : session.path(options.csv);
  const source = await TableSource.open(path, session.stop);
  try {
    return await sendTable(session, options, await openBatch(session, options, path, source));
  } finally {
    await source.close();
  }
}

async function sendTable(session: Session, options: SendBatchOptions, batch: Batch): Promise<number> {
  try {
    if (options.dryRun) return await rehearse(session, batch);
    const answer = await storeAndSend(session, options, batch);
    session.terminal.answer(answer, batchLines(answer));
    return needsAttention(answer) ? EXIT_CODE.failed : EXIT_CODE.fine;
  } finally {
    await batch.failures.close();
  }
}

function assertSendable({ text, textColumn, toColumn, campaign, idColumn, dryRun }: SendBatchOptions): void {
  if (text === undefined && textColumn === undefined) throw new UsageError('Give --text or --text-column.');
  if (campaign === undefined && idColumn === undefined && !dryRun) {
    throw new UsageError(
      'Give --campaign NAME, such as --campaign spring-2030: it keeps a second run of the same rows from sending twice, ' +
        'and lets another campaign send the same text again. Or --id-column, if each row has an id of its own.',
    );
  }
  assertDecoded({ '--text': text, '--text-column': textColumn, '--to-column': toColumn, '--id-column': idColumn });
}

async function openBatch(
  session: Session,
  options: SendBatchOptions,
  path: string | null,
  source: TableSource,
): Promise<Batch> {
  const failuresPath = session.path(options.failures ?? `${path === null ? 'stdin' : options.csv}.failures.csv`);
  const campaign = options.idColumn === undefined ? new Campaign(options.campaign ?? 'dry run') : null;
  const table = await openCsv(source, options, (field) => isNumberColumn(field, options));
  const recipients = await openRecipients(table, options, campaign);
  const failures = await FailuresFile.open(failuresPath, source, recipients.columns, table.format);
  return { campaign, source, format: table.format, recipients, failures };
}

/** Whether a field of the first rows is the head of the numbers, or one of them. */
function isNumberColumn(field: string, { toColumn, countryCode }: SendBatchOptions): boolean {
  const name = field.replaceAll(/^\s*"|"\s*$/g, '').trim();
  return name === toColumn?.trim() || isMobileName(name) || isNumber(name, countryCode ?? null);
}

async function storeAndSend(session: Session, options: SendBatchOptions, batch: Batch): Promise<BatchAnswer> {
  const environment = session.configuration();
  const { campaign, source, recipients, failures } = batch;
  // It would submit more than its own rows: whatever is queued.
  if (options.wait && !environment.EMAY_IMS_DISPATCH) {
    throw new UsageError('EMAY_IMS_DISPATCH is false, so nothing of the queue may leave: --no-wait only stores.');
  }
  if (isSandbox(environment) && options.wait) {
    session.terminal.note(
      'Delivery reports end with the simulator. Beside a running service, --no-wait lets that one send.',
    );
  }
  const progress = new Progress();
  return withGateway(environment, { dispatch: options.wait }, async (gateway) => {
    try {
      const startedAt = await databaseTime(gateway.messages.manager.connection);
      progress.begin('Storing', source.size);
      const rows = await storeRecipients(recipients.all, failures, keepInQueue(gateway, campaign), () =>
        progress.update(source.bytesRead),
      );
      if (failures.unnamed !== null) {
        session.terminal.note(
          `${failures.path} could not replace the failures file from before (${failures.unnamed}).`,
        );
      }
      const isStopped = session.stop.aborted;
      const sent =
        options.wait && !isStopped ? await send(gateway, batch, startedAt, session, options, progress) : null;
      return {
        campaign: campaign?.name ?? null,
        ...batch.format,
        ...rows,
        failuresFile: failures.count > 0 ? failures.path : null,
        waiting: sent?.waiting ?? null,
        stoppedBy: isStopped ? 'INTERRUPTED' : (sent?.stoppedBy ?? null),
        states: sent?.states ?? null,
      };
    } finally {
      progress.end();
    }
  });
}

async function send(
  { ims, messages }: Gateway,
  { campaign }: Batch,
  startedAt: number,
  { stop }: Session,
  { giveUpAfter }: SendBatchOptions,
  progress: Progress,
): Promise<Pick<BatchAnswer, 'waiting' | 'stoppedBy' | 'states'>> {
  const newest = await newestCreatedAt(messages);
  const counted = campaign ? campaignMessages(messages, campaign) : queuedMessages(messages, newest);
  let most: number | null = null;
  const { waiting, stoppedBy, counts } = await waitForSubmission(
    ims,
    counted,
    { stalledMs: giveUpAfter * 1_000, stop, now: () => databaseTime(messages.manager.connection) },
    (left) => {
      if (most === null) progress.begin('Handing over', left);
      most ??= left;
      progress.update(most - left);
    },
  );
  const stored = campaign ? counts : await messagesBetween(messages, startedAt, newest).counts();
  return { waiting, stoppedBy, states: byState(stored) };
}
