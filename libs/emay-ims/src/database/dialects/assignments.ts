/** The `SET` list of an UPDATE. */
export function assignments(set: Readonly<Record<string, string>>, prefix = ''): string {
  return Object.entries(set)
    .map(([column, value]) => `${prefix}${column} = ${value}`)
    .join(', ');
}
