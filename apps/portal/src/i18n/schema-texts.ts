import type { Locale } from './locale';

type Said = [said: RegExp, english: string, german: string];

/** What the checker of JSON Schema says of data, and of schemas, in words for readers. */
const texts: Said[] = [
  [/^is not one of (.*)$/, 'must be one of: $1', 'muss eines davon sein: $1'],
  [
    /^must be equal to one of the allowed values$/,
    'is none of the values that are allowed',
    'ist keiner der erlaubten Werte',
  ],
  [/^must be equal to constant$/, 'is not the one value that is allowed', 'ist nicht der eine erlaubte Wert'],
  [/^must match format "(.*)"$/, 'must have the format “$1”', 'muss das Format „$1“ haben'],
  [/^must match pattern "(.*)"$/, 'must match the pattern “$1”', 'muss zum Muster „$1“ passen'],
  [/^must be multiple of (\S+)$/, 'must be a multiple of $1', 'muss ein Vielfaches von $1 sein'],
  [
    /^must NOT have fewer than (\d+) characters$/,
    'must have at least $1 characters',
    'muss mindestens $1 Zeichen haben',
  ],
  [
    /^must NOT have more than (\d+) characters$/,
    'must have at most $1 characters',
    'darf höchstens $1 Zeichen haben',
  ],
  [
    /^must NOT have fewer than (\d+) items$/,
    'must have at least $1 items',
    'muss mindestens $1 Einträge haben',
  ],
  [/^must NOT have more than (\d+) items$/, 'must have at most $1 items', 'darf höchstens $1 Einträge haben'],
  [
    /^must NOT have fewer than (\d+) properties$/,
    'must have at least $1 fields',
    'muss mindestens $1 Felder haben',
  ],
  [
    /^must NOT have more than (\d+) properties$/,
    'must have at most $1 fields',
    'darf höchstens $1 Felder haben',
  ],
  [/^must NOT have duplicate items.*$/, 'has the same item twice', 'hat denselben Eintrag zweimal'],
  [/^must NOT have unevaluated .*$/, 'has more in it than is allowed', 'enthält mehr, als erlaubt ist'],
  [
    /^must have propert(?:y|ies) (.*) when property (.*) is present$/,
    'needs $1 because it has $2',
    'braucht $1, weil $2 dasteht',
  ],
  [
    /^must contain at least (\d+) .*valid item\(s\)$/,
    'has too few items of the form that is wanted (at least $1)',
    'hat zu wenige Einträge der verlangten Form (mindestens $1)',
  ],
  [
    /^must match a schema in anyOf$/,
    'has none of the forms that are allowed (anyOf)',
    'hat keine der erlaubten Formen (anyOf)',
  ],
  [
    /^must match exactly one schema in oneOf$/,
    'must have exactly one of the forms that are allowed (oneOf)',
    'muss genau eine der erlaubten Formen haben (oneOf)',
  ],
  [
    /^must match "(then|else)" schema$/,
    'does not fit what “$1” asks for',
    'passt nicht zu dem, was „$1“ verlangt',
  ],
  [
    /^must NOT be valid$/,
    'has a form that is not allowed (not)',
    'hat eine Form, die nicht erlaubt ist (not)',
  ],
  [
    /^property name must be valid$/,
    'has a field whose name is not allowed',
    'hat ein Feld, dessen Name nicht erlaubt ist',
  ],
  [/^boolean schema is false$/, 'is not allowed here', 'ist hier nicht erlaubt'],
  [
    /^can't resolve reference (\S+) from id .*$/,
    'refers to $1, which the schema does not have',
    'verweist auf $1; das gibt es im Schema nicht',
  ],
  [
    /^Invalid regular expression: (.*)$/,
    'has a pattern that cannot be read: $1',
    'enthält ein Muster, das sich nicht lesen lässt: $1',
  ],
  [/^enum must have non-empty array$/, 'has an empty “enum”', 'hat ein leeres „enum“'],
  [
    /^the pattern (.*) could run for too long$/,
    'has a pattern that could run for too long: $1',
    'enthält ein Muster, das zu lange laufen könnte: $1',
  ],
  [/^has more than (\d+) characters$/, 'has more than $1 characters', 'hat mehr als $1 Zeichen'],
  [
    /^its references come to more than (\d+) parts$/,
    'comes to more than $1 parts with its references',
    'kommt mit seinen Verweisen auf mehr als $1 Teile',
  ],
  [/^\$async cannot be used$/, 'must not use $async', 'darf $async nicht benutzen'],
  [
    /^the schema refers to itself without end$/,
    'refers to itself without end',
    'verweist endlos auf sich selbst',
  ],
  [
    /^takes longer than (\d+) ms to be checked$/,
    'takes longer than $1 ms to be checked',
    'braucht mehr als $1 ms zum Prüfen',
  ],
];

const typeName = '(?:null|boolean|number|integer|string|array|object)';
const ofType = new RegExp(`^must be (${typeName}(?:,${typeName})*)$`);

/** Undefined where it is nothing that this checker says. */
export function schemaText(said: string, locale: Locale): string | undefined {
  const isGerman = locale === 'de';
  const [, types] = ofType.exec(said) ?? [];
  if (types !== undefined) {
    const names = types.split(',').join(isGerman ? ' oder ' : ' or ');
    return isGerman ? `muss vom Typ ${names} sein` : `must be of type ${names}`;
  }
  const found = texts.find(([pattern]) => pattern.test(said));
  return found && said.replace(found[0], isGerman ? found[2] : found[1]);
}
