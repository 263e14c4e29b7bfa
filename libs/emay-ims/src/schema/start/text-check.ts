import { EmayImsStoreError } from '../../errors/emay-ims-errors.js';
import type { ImsDatabase } from '../../database/ims-database.js';
import type { Problem } from './findings.js';

/** What texts of messages hold, and what connections and databases have been seen to alter: escapes, quotes, lines, scripts. */
const SAMPLE = '\\ \\n \' " ` % _ ? $1 :a ;-- \t\r\n é € 你好 㐀 𠮷 📦 ｱ ñ';

/**
 * Sends a text through a connection and back.
 *
 * @param select with the text as both parameters, its columns `text` and `length`
 * @param advice sentences about what is likely to alter it
 */
export async function findTextProblems(
  database: ImsDatabase,
  select: string,
  advice: readonly string[],
): Promise<Problem[]> {
  const came = await answerOf(database, select);
  if (came === 'intact') return [];
  return [{ sentence: `Texts do not survive its connection (${came}). ${advice.join(' ')}`, mayPass: false }];
}

async function answerOf(database: ImsDatabase, select: string): Promise<string> {
  try {
    const [row] = await database.rows(select, [SAMPLE, SAMPLE]);
    if (row?.text !== SAMPLE) return 'a text comes back altered';
    return Number(row.length) === [...SAMPLE].length ? 'intact' : 'it counts bytes instead of characters';
  } catch (error) {
    if (error instanceof EmayImsStoreError && /^(22|42)/.test(error.driverCode)) return error.driverCode;
    throw error;
  }
}
