/** The ids that begin with a text, as a range: for columns whose collation is that of bytes. */
export function prefixRange(column: string, prefix: string): [string, ...unknown[]] {
  const last = prefix.charCodeAt(prefix.length - 1);
  return [`${column} >= ? AND ${column} < ?`, prefix, prefix.slice(0, -1) + String.fromCharCode(last + 1)];
}
