/** What stands before and behind a padding that is added to the end of an answer: as a field, or to a list as an item. */
export function aroundPadding(json: string): readonly [string, string] {
  if (json === '') return ['"', '"'];
  const front = json.slice(0, -1);
  if (json.endsWith('}')) return [`${front},"padding":"`, '"}'];
  return [`${front}${json === '[]' ? '' : ','}"`, '"]'];
}
