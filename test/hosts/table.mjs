const COLUMNS = {
  host: ({ name }) => name,
  Nest: ({ versions }) => versions('@nestjs/core'),
  TypeORM: ({ versions }) => versions('typeorm'),
  TypeScript: ({ versions }) => versions('typescript'),
  Node: ({ node }) => node,
  database: ({ database }) => database,
  modules: ({ modules }) => modules,
  'installed by': ({ manager }) => manager,
  result: ({ result }) => result,
  seconds: ({ seconds }) => seconds,
};

/** The runs as a table of Markdown. */
export function formatTable(rows) {
  const titles = Object.keys(COLUMNS);
  const lines = rows.map((row) => Object.values(COLUMNS).map((cell) => cell(row) ?? '–'));
  const widths = titles.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column].length)));
  const format = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [format(titles), format(widths.map((width) => '-'.repeat(width))), ...lines.map(format)].join('\n');
}
