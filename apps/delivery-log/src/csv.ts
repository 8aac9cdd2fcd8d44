/** What a spreadsheet would take for a formula, when a cell begins with it. */
const formula = /^[=+\-@\t\r]/;

/**
 * One line of CSV (RFC 4180). Publishers and receivers write what stands in cells: one that looks like a
 * formula is kept from being one by an apostrophe. Numbers are ours, and stay numbers.
 */
export function csvLine(cells: readonly (string | number | null | undefined)[]): string {
  return `${cells.map(cellOf).join(',')}\r\n`;
}

function cellOf(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) || text !== value ? `"${text.replaceAll('"', '""')}"` : text;
}
