import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '../api/client';
import { fieldSentence, fieldText } from '../i18n/field-texts';
import { fill, type Locale } from '../i18n/locale';
import { translatorOf } from '../i18n/texts';
import { errorTexts } from '../i18n/texts-errors';
import { wordsOf } from './error-words';

/** The services' own table; the portal knows the API alone, so it is read, not imported. */
const table = readFileSync(join(import.meta.dirname, '../../../../libs/runtime/src/problem.ts'), 'utf8');
const codes = [...table.matchAll(/^ {2}'?([a-z-]+)'?: \{ status: (\d+)/gm)].map(
  ([, code, status]) => [code!, Number(status)] as const,
);

function sourcesOf(folder: string): string[] {
  const root = join(import.meta.dirname, folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/spec|generated|testing/.test(name))
    .map((name) => readFileSync(join(root, name), 'utf8'));
}

const words = (error: unknown, locale: Locale) => wordsOf(error, translatorOf(locale), locale);

it('knows the table of the services', () => {
  expect(codes.length).toBeGreaterThan(20);
  expect(codes).toContainEqual(['limit-reached', 409]);
});

it.each(codes)('has an English and a German sentence for %s', (code, status) => {
  const [en, de] = errorTexts[`error.${code}` as keyof typeof errorTexts];
  expect(en).not.toBe(de);
  const error = new ApiError(status, code, 'in the words of the API');
  expect([words(error, 'en').text, words(error, 'de').text]).toEqual([fill(en), fill(de)]);
});

it.each([
  [418, errorTexts['error.refused'][1]],
  [502, errorTexts['error.unavailable'][1]],
])('says something sensible of a code of tomorrow (%i)', (status, text) => {
  const { text: said, said: detail } = words(new ApiError(status, 'of-tomorrow', 'in its words'), 'de');
  expect([said, detail]).toEqual([text, status < 500 ? 'in its words' : undefined]);
});

it('tells what the API says where that says more, the fields, and of its own mistakes the number', () => {
  const limit = new ApiError(409, 'limit-reached', 'At most 20 webhooks; delete one first.');
  expect(words(limit, 'de').said).toBe('At most 20 webhooks; delete one first.');
  const invalid = new ApiError(422, 'invalid', '/name: is taken', [{ pointer: '/name', detail: 'is taken' }]);
  expect(words(invalid, 'de')).toMatchObject({
    fields: ['Name: Das ist schon vergeben. Wählen Sie etwas anderes.'],
    said: undefined,
  });
  expect(words(invalid, 'en').fields).toEqual(['Name: This is taken already. Choose another one.']);
  const deep = new ApiError(422, 'invalid', '…', [
    { pointer: '/examples/0/id', detail: 'is required' },
    { pointer: '/tomorrow', detail: 'is odd' },
  ]);
  expect(words(deep, 'de').fields).toEqual(['Beispiele / 0 / id: fehlt', '/tomorrow: is odd']);
  expect(words(new ApiError(500, 'internal', 'secret', [], 'req-1'), 'en')).toMatchObject({
    said: undefined,
    requestId: 'req-1',
  });
  expect(words(new TypeError('chunk is gone'), 'de')).toMatchObject({
    text: errorTexts['error.page'][1],
    said: 'chunk is gone',
  });
});

/** What the service says of fields, in its own source: values stand where they are put in. */
const said = sourcesOf('../../../subscription-api/src').flatMap((source) =>
  [...source.matchAll(/['`]((?:must|is|can|cannot|names|a type) [^\n]*?)['`](?:[,);\n]|$)/g)]
    .map(([, text]) => text!.replace(/\$\{[^}]*\}/g, '7'))
    .filter((text) => !/[.]$/.test(text) || text.startsWith('a type')),
);

it('says in German whatever the service may say of a field', () => {
  expect(said.length).toBeGreaterThan(40);
  expect(said).toContain('is there twice');
  expect([...new Set(said)].filter((text) => fieldText(text, 'de') === text)).toEqual([]);
});

it.each([
  ['must not be less than 100', 'muss mindestens 100 sein'],
  ['must be a whole number from 100 to 30000', 'muss eine ganze Zahl von 100 bis 30000 sein'],
  ['must be a number from 0.1 to 500', 'muss eine Zahl von 0.1 bis 500 sein'],
  ['must be longer than or equal to 12 characters', 'muss mindestens 12 Zeichen haben'],
  [
    'the receiver answered HEAD with 404 instead of 2xx',
    'Der Empfänger hat auf HEAD mit 404 statt 2xx geantwortet',
  ],
  ['says what nobody foresaw', 'says what nobody foresaw'],
])('says of a field in German: %s', (said, text) => {
  expect(fieldText(said, 'de')).toBe(text);
  expect(fieldText(said, 'en')).toBe(said);
});

it('is a sentence where it stands alone at its field', () => {
  expect(fieldSentence('must not be less than 100', 'en')).toBe('Must not be less than 100.');
  expect(fieldSentence('must not be less than 100', 'de')).toBe('Muss mindestens 100 sein.');
  expect(fieldSentence('is taken', 'de')).toBe('Das ist schon vergeben. Wählen Sie etwas anderes.');
});
