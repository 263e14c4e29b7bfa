import { maskMobile } from 'nestjs-emay-ims';
import { EXIT_CODE } from '../exit-code.js';
import type { Session } from '../session.js';
import { alignColumns } from '../table.js';
import { describeFormat, type TableFormat } from './csv-rows.js';
import type { FailuresFile } from './failures-file.js';
import { keepNothing, storeRecipients } from './store-recipients.js';
import type { IdentifiedMessage, Recipient, Recipients } from './recipients.js';

const SHOWN_ROWS = 3;

/** What is rehearsed. */
interface Rehearsed {
  format: TableFormat;
  recipients: Recipients;
  failures: FailuresFile;
}

/** What a dry run has seen of the messages. */
interface Preview {
  longestText: number;
  first: { row: number; mobile: string; content: string }[];
}

/** `send-batch --dry-run`: checks every row as if it were to be sent; stores and sends nothing, needs no gateway. */
export async function rehearse(session: Session, { format, recipients, failures }: Rehearsed): Promise<number> {
  const preview: Preview = { longestText: 0, first: [] };
  const watched = watch(recipients.all, preview);
  const total = await storeRecipients(watched, failures, keepNothing, () => undefined);
  const { stored: messages, rows, repeated, failed } = total;
  const failuresFile = failed > 0 ? failures.path : null;
  session.terminal.answer(
    {
      ...{ dryRun: true, isComplete: !session.stop.aborted, ...format },
      ...{ rows, messages, repeated, failed, failuresFile, ...preview },
    },
    [
      ...alignColumns([
        ['read as', describeFormat(format)],
        ['rows', String(rows)],
        ['messages', String(messages)],
        ['repeated', String(repeated)],
        ['failed', failuresFile === null ? '0' : `${failed}, see ${failuresFile}`],
        ['longest text', `${preview.longestText} of 500 UTF-16 units`],
        ['cost', 'not known: the gateway tells neither prices nor segments'],
      ]),
      '',
      ...alignColumns(preview.first.map(({ row, mobile, content }) => [`row ${row}`, mobile, content])),
      session.stop.aborted ? 'Stopped before the end. Nothing was stored or sent.' : 'Nothing was stored or sent.',
    ],
  );
  return failed > 0 || session.stop.aborted ? EXIT_CODE.failed : EXIT_CODE.fine;
}

async function* watch(recipients: AsyncIterable<Recipient>, preview: Preview): AsyncGenerator<Recipient> {
  for await (const recipient of recipients) {
    if ('message' in recipient) note(recipient.row.number, recipient.message, preview);
    yield recipient;
  }
}

function note(row: number, { mobile, content }: IdentifiedMessage, preview: Preview): void {
  preview.longestText = Math.max(preview.longestText, content.length);
  if (preview.first.length < SHOWN_ROWS) preview.first.push({ row, mobile: maskMobile(mobile), content });
}
