import { schemaText } from './schema-texts';

it.each([
  ['must be string', 'must be of type string', 'muss vom Typ string sein'],
  ['must be object,boolean', 'must be of type object or boolean', 'muss vom Typ object oder boolean sein'],
  ['is not one of "a", 1', 'must be one of: "a", 1', 'muss eines davon sein: "a", 1'],
  [
    'must NOT have fewer than 3 characters',
    'must have at least 3 characters',
    'muss mindestens 3 Zeichen haben',
  ],
  [
    'must NOT have duplicate items (items ## 0 and 1 are identical)',
    'has the same item twice',
    'hat denselben Eintrag zweimal',
  ],
  [
    "can't resolve reference #/nope from id #",
    'refers to #/nope, which the schema does not have',
    'verweist auf #/nope; das gibt es im Schema nicht',
  ],
  ['$async cannot be used', 'must not use $async', 'darf $async nicht benutzen'],
])('says of “%s”: %s', (said, english, german) => {
  expect([schemaText(said, 'en'), schemaText(said, 'de')]).toEqual([english, german]);
});

it('leaves to others what this checker does not say', () => {
  expect(schemaText('is taken', 'de')).toBeUndefined();
});
