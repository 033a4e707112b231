/** The narrowest column, and the blanks behind its widest cell. */
const MIN_WIDTH = 8;
const PADDING = 1;

/** Aligns the cells of rows of one length as Go's text/tabwriter does with a minimum width of 8 and a padding of one blank. */
export function goTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length - 1));
  const lengthOf = (cell: string | undefined): number => [...(cell ?? '')].length;
  const widths = Array.from({ length: columns }, (_, i) => Math.max(MIN_WIDTH, ...rows.map((row) => lengthOf(row[i]) + PADDING)));
  const padded = (cell: string, i: number): string => cell + ' '.repeat(Math.max(0, (widths[i] ?? 0) - lengthOf(cell)));
  return rows.map((row) => `${row.map(padded).join('')}\n`).join('');
}
