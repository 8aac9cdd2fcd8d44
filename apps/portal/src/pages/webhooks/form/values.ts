import type { Profile, Subscription } from '../../../api/types';
import { filterOf, matrixOf, type Matrix } from '../../../lib/filter';

/** What the form holds: texts as they are typed. */
export type Values = {
  name: string;
  description: string;
  url: string;
  authorization: string;
  matrix: Matrix;
  types: string[];
  expression: string;
  ordering: string;
  rateLimit: string;
  timeoutMs: string;
  headers: string;
};

/** BRZ 365's documentation names these; others are added by their name. */
export const knownModels = ['BusinessPartner', 'InvoiceDocument'];

export function startValues(webhook: Subscription | undefined): Values {
  const filter = webhook?.filter;
  const empty = Object.fromEntries(knownModels.map((model) => [model, []]));
  return {
    name: webhook?.name ?? '',
    description: webhook?.description ?? '',
    url: webhook?.url ?? '',
    authorization: '',
    matrix: webhook ? { ...empty, ...matrixOf(filter) } : empty,
    types: filter && 'types' in filter ? filter.types.filter((type) => type !== '*') : [],
    expression: filter?.expression ?? '',
    ordering: webhook?.ordering ?? 'unordered',
    rateLimit: webhook?.rateLimit ? String(webhook.rateLimit) : '',
    timeoutMs: webhook ? String(webhook.timeoutMs) : '',
    headers: Object.entries(webhook?.headers ?? {})
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  };
}

/** What is sent: only what the profile knows, and of an existing webhook only what may change. */
export function bodyOf(values: Values, profile: Profile, isNew: boolean): Record<string, unknown> {
  const expression = values.expression.trim();
  const types = values.types.length === 0 && profile !== 'brutlers' ? ['*'] : values.types;
  const filter = profile === 'brz365' ? filterOf(values.matrix) : { types };
  return {
    name: values.name.trim(),
    description: values.description.trim(),
    url: values.url.trim(),
    filter: { ...filter, ...(expression ? { expression } : {}) },
    ...(profile === 'brz365' && values.authorization
      ? { auth: { authorization: values.authorization } }
      : {}),
    ...(isNew && (profile === 'standard' || profile === 'cloudevents') ? { ordering: values.ordering } : {}),
    rateLimit: values.rateLimit.trim() ? numberOf(values.rateLimit) : null,
    // Of a webhook that is there, nothing would be "as it was": the API says that there has to be a number.
    ...(isNew && !values.timeoutMs.trim() ? {} : { timeoutMs: numberOf(values.timeoutMs) }),
    headers: headersOf(values.headers),
  };
}

/** German keyboards offer a comma. What is no number goes as it is, for the API to refuse. */
function numberOf(text: string): number | string {
  const number = Number(text.trim().replace(',', '.'));
  return Number.isNaN(number) ? text : number;
}

function headersOf(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(':');
      return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
