import { AppError } from '@posthorn/runtime';
import { sealHeaders, type Sealer } from './header-secrets.js';

/** Sealing twice gives two texts, as the real one does: what is kept shows by its text. */
let seals = 0;
const sealer: Sealer = {
  seal: (plain) => `${++seals}.${Buffer.from(plain).toString('hex')}`,
  open: (sealed) => Buffer.from(sealed.split('.')[1], 'hex').toString(),
};
const seal = (wanted: Record<string, string>, before: Record<string, string> = {}) =>
  sealHeaders(wanted, before, sealer);

const before = seal({ 'X-Api-Key': 'secret-of-before', 'X-Colour': 'blue' });

it.each<[string, Record<string, string>]>([
  ['hidden', { 'X-Api-Key': '[hidden]' }],
  ['said again', { 'X-Api-Key': 'secret-of-before' }],
  ['hidden, its name in other capitals', { 'x-api-KEY': '[hidden]' }],
  ['said again, its name in other capitals', { 'x-api-KEY': 'secret-of-before' }],
])('keeps a value that is %s', (_, wanted) => {
  expect(before['X-Api-Key']).toMatch(/^sealed:/);
  expect(seal(wanted, before)).toEqual({ [Object.keys(wanted)[0]]: before['X-Api-Key'] });
});

it('seals a value that is another', () => {
  const after = seal({ 'X-Api-Key': 'secret-of-now', 'X-Colour': 'red' }, before);
  expect(after['X-Colour']).toBe('red');
  expect(after['X-Api-Key']).not.toBe(before['X-Api-Key']);
  expect(sealer.open(after['X-Api-Key'].slice('sealed:'.length))).toBe('secret-of-now');
});

it.each<[string, Record<string, string>, string[]]>([
  [
    'when it is made',
    {},
    ['/headers/X-Api-Key', '/headers/X-Colour', '/headers/constructor', '/headers/a~1b'],
  ],
  ['when they are gone', { Other: 'x' }, ['/headers/X-Api-Key']],
])('refuses hidden values that stand for none, %s', (_, known, pointers) => {
  const names = pointers.map((pointer) => pointer.slice('/headers/'.length).replace('~1', '/'));
  const wanted = Object.fromEntries(names.map((name) => [name, '[hidden]']));
  try {
    seal({ ...wanted, 'X-More': 'said' }, known);
    throw new Error('it was sealed');
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    const { code, errors } = error as AppError;
    expect([code, errors?.map(({ pointer }) => pointer)]).toEqual(['invalid', pointers]);
    expect(new Set(errors?.map(({ detail }) => detail)).size).toBe(1);
  }
});
