import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from '../arguments.js';
import { EXIT_CODE_HELP } from '../exit-code.js';
import { perform } from '../session.js';
import { homeCountryOf, type HomeCountry } from './recipient-number.js';
import { sendBatch, type SendBatchOptions } from './send-batch.js';

/** `send-batch`: a table of recipients. */
export function sendBatchCommand(): Command {
  return new Command('send-batch')
    .description('send to every row of a CSV file, once, however often it is run')
    .requiredOption('--csv <file>', 'table as CSV; - is stdin')
    .option(
      '--campaign <name>',
      'within it, the same text goes to the same number once; needed unless --id-column is given',
    )
    .addOption(new Option('--text <text>', 'text with {{column}} placeholders').conflicts('textColumn'))
    .option('--text-column <name>', 'column that holds the text')
    .option('--to-column <name>', 'column that holds the number (default: the one called mobile, phone, 手机号 …)')
    .addOption(
      new Option('--id-column <name>', 'column that holds the customImsId; in place of --campaign').conflicts(
        'campaign',
      ),
    )
    .option('--country-code <code>', 'country of numbers without +, such as AU or +61', readCountry)
    .option('--encoding <name>', 'such as gb18030 or windows-1252 (default: found out)', readEncoding)
    .option('--delimiter <character>', 'between two fields, or the word tab (default: found out)', readDelimiter)
    .option('--no-header', 'the first row is a recipient; the columns are called 1, 2, …')
    .option('--failures <file>', 'where rows go that cannot be sent (default: FILE.failures.csv)')
    .option('--dry-run', 'check every row, send and store nothing')
    .option('--no-wait', 'store only: the running service sends')
    .option('--give-up-after <seconds>', 'stop waiting when nothing has moved for so long', wholeNumber(1, 86_400), 60)
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}
1 also says: rows are in the failures file, or messages were refused, are unconfirmed or still wait.

Killed or stopped? Give the same command again: what was stored is not stored, or sent, a second time.
Mend the rows of the failures file and give it to --csv, with the same --campaign. Until the table was read to its end, it
is called FILE.failures.csv.part.

Examples
  send-batch --csv members.csv --campaign spring-2030 --text 'Hello {{name}}, see you on {{day}}' --dry-run
  send-batch --csv orders.csv --id-column order_id --text-column message`,
    )
    .action((options: SendBatchOptions, command: Command) =>
      perform(command, (session) => sendBatch(session, options)),
    );
}

function readDelimiter(text: string): string {
  const delimiter = text === 'tab' || text === '\\t' ? '\t' : text;
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new InvalidArgumentError('Write one character, or the word tab.');
}

function readCountry(text: string): HomeCountry {
  const country = homeCountryOf(text);
  if (country !== null) return country;
  throw new InvalidArgumentError('Write a country (AU) or its calling code (+61).');
}

function readEncoding(text: string): string {
  try {
    return new TextDecoder(text, { fatal: true }).encoding;
  } catch {
    throw new InvalidArgumentError(
      'Write utf-8, utf-16le, gb18030, big5, windows-1252 or another name of the web’s Encoding standard.',
    );
  }
}
