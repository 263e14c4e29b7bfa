/** `="2018…"`: how programs keep a spreadsheet from taking a text for a number. Inside, a quote is doubled. */
const PROTECTED = /^="((?:[^"]|"")*)"$/;

/** The text of a cell that is protected so, which is what a spreadsheet shows and saves; any other cell as it is. */
export function withoutProtection(cell: string): string {
  const text = PROTECTED.exec(cell.trim())?.[1];
  return text === undefined ? cell : text.replaceAll('""', '"');
}
