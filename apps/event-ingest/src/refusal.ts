import { AppError, type FieldError } from '@posthorn/runtime';
import { eventMaxBytes, type Fault } from './draft.js';

/** Why one event is not taken. */
export type Refusal =
  | { kind: 'faulty'; faults: Fault[] }
  | { kind: 'too-large' }
  /** No such tenant, or not one this key may publish for: callers cannot tell which. */
  | { kind: 'unknown-tenant'; pointer: string };

const tooLargeDetail = `is larger than ${eventMaxBytes / 1024} KiB`;
const shownMax = 1_000;

/** The whole request's answer. Wrong fields come first: they say most about what to do. */
export function refusalError(refusals: readonly (Refusal | undefined)[], batch: boolean): AppError {
  const kinds = new Set(refusals.map((refusal) => refusal?.kind));
  const code = kinds.has('faulty') ? 'invalid' : kinds.has('too-large') ? 'too-large' : 'not-found';
  const errors = refusals.flatMap((refusal, i) => (refusal ? errorsOf(refusal, batch ? i : undefined) : []));
  const indexes = [...refusals.keys()].filter((i) => refusals[i]);
  const detail = batch
    ? `The batch is refused whole: ${indexes.length} of ${refusals.length} events cannot be taken (index ${rangesOf(indexes)}).`
    : reasonOf(refusals[0]!);
  return new AppError(code, detail, { errors });
}

/** One sentence for a person, as in `rejected`. */
export function reasonOf(refusal: Refusal): string {
  const text = faultsOf(refusal)
    .map(({ pointer, detail }) => `${pointer || 'The event'}: ${detail}`)
    .join('; ');
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

/** A header is named in the text: it is no place in the body. */
function errorsOf(refusal: Refusal, index: number | undefined): FieldError[] {
  return faultsOf(refusal).map(({ pointer, detail }) => {
    const isPlace = pointer === '' || pointer.startsWith('/');
    const place = isPlace ? { pointer: index === undefined ? pointer : `/${index}${pointer}` } : {};
    return {
      ...(index === undefined ? {} : { index }),
      ...place,
      detail: isPlace ? detail : `${pointer}: ${detail}`,
    };
  });
}

function faultsOf(refusal: Refusal): Fault[] {
  switch (refusal.kind) {
    case 'faulty':
      return refusal.faults;
    case 'too-large':
      return [{ pointer: '', detail: tooLargeDetail }];
    case 'unknown-tenant':
      return [{ pointer: refusal.pointer, detail: 'is unknown' }];
  }
}

/** `0, 3-7, 9`: every index is named, also of a thousand. */
function rangesOf(indexes: readonly number[]): string {
  const ranges: string[] = [];
  for (let i = 0; i < indexes.length;) {
    let end = i;
    while (indexes[end + 1] === indexes[end] + 1) end++;
    ranges.push(end === i ? `${indexes[i]}` : `${indexes[i]}-${indexes[end]}`);
    i = end + 1;
  }
  return ranges.join(', ');
}
