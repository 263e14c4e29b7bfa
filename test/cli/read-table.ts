import { Campaign } from '../../src/cli/batch/campaign.js';
import { isMobileName } from '../../src/cli/batch/columns.js';
import { openCsv } from '../../src/cli/batch/csv-rows.js';
import { openRecipients, type Recipient, type RecipientOptions } from '../../src/cli/batch/recipients.js';
import { inPieces } from './written-table.js';

export const CAMPAIGN = new Campaign('spring');
export const TEXT_COLUMN: RecipientOptions = { textColumn: '短信内容', header: true };

/** The recipients of a table that comes in pieces of some size. */
export async function read(bytes: Buffer, options = TEXT_COLUMN, size = 1_000): Promise<Recipient[]> {
  const table = await openCsv(inPieces(bytes, size), {}, isMobileName);
  const all: Recipient[] = [];
  for await (const recipient of (await openRecipients(table, options, CAMPAIGN)).all) all.push(recipient);
  return all;
}

/** What is wrong with each row of a table; `null`: nothing. */
export async function problemsOf(text: string, options?: RecipientOptions): Promise<(string | null)[]> {
  return (await read(Buffer.from(text), options)).map((recipient) =>
    'problem' in recipient ? recipient.problem : null,
  );
}
