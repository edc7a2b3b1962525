/** Rows as columns of a fixed width, the first row as their heading. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const [heading = '', ...rest] = lines.map((line) => line.trimEnd());
  return [heading, '-'.repeat(heading.length), ...rest].join('\n') + '\n';
}
