import type { Filter } from '@posthorn/contracts';
import type { Profile } from '@posthorn/domain';
import { compileExpression, ExpressionError } from '@posthorn/runtime';
import { isObject, isPlainText, pointerPart, type Problems } from '../problems.js';

const entriesMax = 100;
const changes = ['create', 'change', 'delete'];

/** BRZ 365 subscribes to domain models and their changes, everybody else to event types. */
const filtersEntities = (profile: Profile): boolean => profile.name === 'brz365';

export function readFilter(
  input: unknown,
  profile: Profile,
  problems: Problems,
  pointer = '/filter',
): Filter | undefined {
  const wanted = filtersEntities(profile) ? 'entities' : 'types';
  if (!isObject(input)) {
    problems.add(pointer, `must be an object with ${wanted}`);
    return undefined;
  }
  for (const name of Object.keys(input))
    if (name !== wanted && name !== 'expression')
      problems.add(`${pointer}/${pointerPart(name)}`, `is not a field of this profile's filter`);
  const asked =
    wanted === 'entities'
      ? readEntities(input['entities'], `${pointer}/entities`, problems)
      : readTypes(input['types'], profile, `${pointer}/types`, problems);
  const expression = readExpression(input['expression'], `${pointer}/expression`, problems);
  return asked && (expression === undefined ? asked : { ...asked, expression });
}

/** CEL, checked as the dispatcher will compile it. An empty one, or null, is none. */
function readExpression(input: unknown, pointer: string, problems: Problems): string | undefined {
  if (input === undefined || input === null || input === '') return undefined;
  if (typeof input !== 'string') {
    problems.add(pointer, 'must be a CEL expression');
    return undefined;
  }
  try {
    compileExpression(input);
    return input;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problems.add(pointer, error.message);
    return undefined;
  }
}

/**
 * Event types. Where the profile has a catalogue, exactly its types; elsewhere `*` stands for a segment.
 */
export function readTypes(
  input: unknown,
  profile: Profile,
  pointer: string,
  problems: Problems,
): { types: string[] } | undefined {
  const items = readList(input, pointer, problems);
  if (!items) return undefined;
  const types: string[] = [];
  items.forEach((type, i) => {
    const wrong = wrongType(type, profile);
    if (wrong) problems.add(`${pointer}/${i}`, wrong);
    else if (types.includes(type as string)) problems.add(`${pointer}/${i}`, 'is there twice');
    else types.push(type as string);
  });
  return { types };
}

function wrongType(type: unknown, { eventTypes }: Profile): string | undefined {
  if (!isPlainText(type, 200)) return 'must be a text of at most 200 characters';
  if (eventTypes) return eventTypes.includes(type) ? undefined : `is not one of ${eventTypes.join(', ')}`;
  const isType = type.split('.').every((segment) => segment === '*' || /^[^\s*]+$/.test(segment));
  return isType ? undefined : 'must be segments between dots, each a name or *';
}

function readEntities(
  input: unknown,
  pointer: string,
  problems: Problems,
): { entities: { name: string; changes: string[] }[] } | undefined {
  const items = readList(input, pointer, problems);
  if (!items) return undefined;
  const entities: { name: string; changes: string[] }[] = [];
  items.forEach((item, i) => {
    const entity = readEntity(item, `${pointer}/${i}`, problems);
    if (!entity) return;
    if (entities.some(({ name }) => name === entity.name))
      problems.add(`${pointer}/${i}/name`, 'is there twice');
    else entities.push(entity);
  });
  return { entities };
}

function readEntity(
  item: unknown,
  pointer: string,
  problems: Problems,
): { name: string; changes: string[] } | undefined {
  if (!isObject(item)) {
    problems.add(pointer, 'must be an object with name and changes');
    return undefined;
  }
  for (const field of Object.keys(item))
    if (field !== 'name' && field !== 'changes')
      problems.add(`${pointer}/${pointerPart(field)}`, 'is not a known field');
  const { name } = item;
  if (!isPlainText(name, 200) || name.trim() === '')
    problems.add(`${pointer}/name`, 'must be a text of 1 to 200 characters');
  const list = readList(item['changes'], `${pointer}/changes`, problems);
  list?.forEach((change, i) => {
    if (!changes.includes(change as string))
      problems.add(`${pointer}/changes/${i}`, `is not one of ${changes.join(', ')}`);
    else if (list.indexOf(change) !== i) problems.add(`${pointer}/changes/${i}`, 'is there twice');
  });
  return list && { name: name as string, changes: list as string[] };
}

function readList(input: unknown, pointer: string, problems: Problems): unknown[] | undefined {
  if (Array.isArray(input) && input.length > 0 && input.length <= entriesMax) return input;
  problems.add(pointer, `must be a list of 1 to ${entriesMax}`);
  return undefined;
}
