import { fill, startLocale } from './locale';
import { adminTexts } from './texts-admin';
import { logTexts } from './texts-log';
import { receiverTexts } from './texts-receiver';
import { shellTexts } from './texts-shell';
import { webhookTexts } from './texts-webhooks';

const texts = { ...shellTexts, ...webhookTexts, ...logTexts, ...adminTexts, ...receiverTexts };

it.each([
  ['de', ['en-GB'], 'de'],
  [null, ['fr-FR', 'de-AT', 'en'], 'de'],
  [null, ['fr'], 'en'],
  ['xx', [], 'en'],
])('starts in the language chosen (%s), then of the browser (%j)', (stored, browser, locale) => {
  expect(startLocale(stored, browser)).toBe(locale);
});

it('fills names in, and writes numbers as the language does', () => {
  expect(fill('{n} wait for {who} {none}', { n: 1204, who: '<b>' }, 'de')).toBe('1.204 wait for <b> {none}');
});

it.each(Object.entries(texts))('%s has the same names in both languages', (_, [english, german]) => {
  const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();
  expect(names(german)).toEqual(names(english));
  expect(german.trim()).not.toBe('');
});
