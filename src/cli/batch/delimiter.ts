const CANDIDATES = [',', ';', '\t', '|'];

/** The delimiter that is there most often in the first line, outside of quotes; a comma where none is. */
export function delimiterOf(text: string): string {
  const [line = ''] = text.replaceAll(/"[^"]*"?/g, '').split(/[\r\n]/, 1);
  const count = (delimiter: string) => line.split(delimiter).length;
  return CANDIDATES.reduce((best, candidate) => (count(candidate) > count(best) ? candidate : best));
}
