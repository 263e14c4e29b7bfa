/**
 * Whether a field holds rows of the table: a quote before it is not closed, and one further down closed it instead. The
 * rest of its own row, or the rows in between, would be lost in a text.
 *
 * @param position of the field in its row
 * @param columns how many the table has
 * @param isNumber whether a field, at the place of the numbers, is one
 */
export function holdsRows(
  field: string,
  position: number,
  {
    columns,
    to,
    delimiter,
    isNumber,
  }: { columns: number; to: number; delimiter: string; isNumber: (field: string) => boolean },
): boolean {
  const lines = field.split(/\r\n|[\r\n]/);
  const last = lines.length - 1;
  return (
    last > 0 &&
    lines.some((line, index) => {
      const cells = line.split(delimiter);
      // The first line is the row from this field on; the last goes as far as the quote that closed the field.
      const start = index === 0 ? position : 0;
      const end = index === last ? position + 1 : columns;
      return cells.length === end - start && isNumber(cells[to - start] ?? '');
    })
  );
}
