import { type Counts, noCounts, type Verdict } from './verdict.js';

const columns: readonly [title: string, of: (counts: Counts) => string][] = [
  ['accepted', ({ accepted }) => String(accepted)],
  ['delivered', ({ delivered }) => String(delivered)],
  ['failed', ({ failed }) => String(failed)],
  ['waiting', ({ waiting }) => String(waiting)],
  ['lost', ({ lost }) => String(lost)],
  ['out of order', ({ outOfOrder }) => String(outOfOrder)],
  ['duplicates', ({ duplicates, delivered }) => `${duplicates} (${percent(duplicates, delivered)})`],
  ['log differs', ({ untrue }) => String(untrue)],
];

function percent(part: number, whole: number): string {
  return `${whole === 0 ? '0.00' : ((100 * part) / whole).toFixed(2)} %`;
}

/** Rows of cells as a table for a terminal, or in Markdown. */
export function table(rows: readonly (readonly string[])[], { markdown }: { markdown: boolean }): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const line = (row: readonly string[], fill = ' '): string => {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i], fill) : cell.padStart(widths[i], fill),
    );
    return markdown ? `| ${cells.join(' | ')} |` : cells.join('  ').trimEnd();
  };
  const rule = markdown
    ? `|${widths.map((width, i) => (i === 0 ? ' :' : ' ') + '-'.repeat(width - 1) + (i === 0 ? ' ' : ': ')).join('|')}|`
    : line(
        rows[0].map(() => ''),
        '─',
      );
  return [line(rows[0]), rule, ...rows.slice(1).map((row) => line(row))];
}

export function verdictTable({ byOrdering, total }: Verdict, how: { markdown: boolean }): string[] {
  const row = (name: string, counts: Counts): string[] => [name, ...columns.map(([, of]) => of(counts))];
  const orderings = ['strict', 'per-entity', 'unordered'] as const;
  const rows = orderings.map((ordering) => row(ordering, byOrdering.get(ordering) ?? noCounts()));
  return table([['deliveries', ...columns.map(([title]) => title)], ...rows, row('all', total)], how);
}

export function faultTable(done: ReadonlyMap<string, number>, how: { markdown: boolean }): string[] {
  const rows = [...done].sort(([a], [b]) => a.localeCompare(b)).map(([what, count]) => [what, String(count)]);
  return table([['fault', 'times'], ...rows], how);
}
