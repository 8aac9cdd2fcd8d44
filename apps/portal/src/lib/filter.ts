/** BRZ 365's changes, in the order of its documentation. */
export const changes = ['create', 'change', 'delete'] as const;
export type Change = (typeof changes)[number];

/** Which changes of which domain model: what the matrix of the form shows. */
export type Matrix = Record<string, readonly Change[]>;

export type Filter =
  | { types: string[]; expression?: string }
  | { entities: { name: string; changes: string[] }[]; expression?: string };

export function matrixOf(filter: Filter | undefined): Matrix {
  if (!filter || !('entities' in filter)) return {};
  const rows = filter.entities.map(({ name, changes: chosen }) => [
    name,
    changes.filter((change) => chosen.includes(change) || chosen.includes('*')),
  ]);
  return Object.fromEntries(rows) as Matrix;
}

/** Models with nothing chosen are left out. */
export function filterOf(matrix: Matrix): Extract<Filter, { entities: unknown }> {
  const entities = Object.entries(matrix)
    .filter(([, chosen]) => chosen.length > 0)
    .map(([name, chosen]) => ({ name, changes: changes.filter((change) => chosen.includes(change)) }));
  return { entities };
}

export function toggled(matrix: Matrix, model: string, change: Change): Matrix {
  const chosen = matrix[model] ?? [];
  const next = chosen.includes(change) ? chosen.filter((each) => each !== change) : [...chosen, change];
  return { ...matrix, [model]: next };
}

/** One line for lists: `BusinessPartner: create, change`. */
export function filterText(filter: Filter, everything: string): string {
  const list =
    'entities' in filter
      ? filter.entities.map(({ name, changes: chosen }) => `${name}: ${chosen.join(', ')}`)
      : filter.types;
  const text = list.length === 0 ? everything : list.join(' · ');
  return filter.expression ? `${text} · ${filter.expression}` : text;
}
