import type { Subscription } from '../../../api/types';
import { bodyOf, startValues } from './values';

const webhook = {
  name: 'ERP',
  url: 'https://a.example/hook',
  filter: { entities: [{ name: 'Offer', changes: ['create'] }] },
  timeoutMs: 5_000,
  rateLimit: null,
  headers: { 'x-a': 'b: c' },
  ordering: 'strict',
} as unknown as Subscription;

it('sends a BRZ 365 webhook as its documentation has it, and its header only when one was typed', () => {
  const values = startValues(webhook);
  expect(bodyOf(values, 'brz365', false)).toEqual({
    name: 'ERP',
    description: '',
    url: 'https://a.example/hook',
    filter: { entities: [{ name: 'Offer', changes: ['create'] }] },
    rateLimit: null,
    timeoutMs: 5_000,
    headers: { 'x-a': 'b: c' },
  });
  expect(bodyOf({ ...values, authorization: 'x' }, 'brz365', false)).toMatchObject({
    auth: { authorization: 'x' },
  });
});

it('asks for everything when no type was chosen, but never for Brutlers, and orders what is new only', () => {
  const values = { ...startValues(undefined), ordering: 'strict' };
  expect(bodyOf(values, 'standard', true)).toMatchObject({ filter: { types: ['*'] }, ordering: 'strict' });
  expect(bodyOf(values, 'standard', false)).not.toHaveProperty('ordering');
  expect(bodyOf(values, 'brutlers', true)).toMatchObject({ filter: { types: [] } });
});

it('takes a decimal comma, and never makes no limit of what is no number', () => {
  const values = { ...startValues(undefined), rateLimit: ' 2,5', timeoutMs: '5s' };
  expect(bodyOf(values, 'standard', true)).toMatchObject({ rateLimit: 2.5, timeoutMs: '5s' });
});

it('leaves an empty timeout to the profile where the webhook is new, and to the API to refuse where it is not', () => {
  const values = { ...startValues(webhook), timeoutMs: ' ' };
  expect(bodyOf(values, 'standard', true)).not.toHaveProperty('timeoutMs');
  expect(bodyOf(values, 'standard', false)).toMatchObject({ timeoutMs: 0 });
});
