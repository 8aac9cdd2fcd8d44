import type { Locale } from './locale';
import { schemaText } from './schema-texts';

/** What the API says of one field, in German. What is not here is shown as it came: better than nothing. */
const german: [said: RegExp, text: string][] = [
  [/^is not the current password$/, 'Das ist nicht Ihr bisheriges Passwort.'],
  [/^is taken$/, 'Das ist schon vergeben. Wählen Sie etwas anderes.'],
  [/^(is required|should not be empty|must be given)$/, 'fehlt'],
  [/^is not a known field$/, 'ist hier nicht bekannt'],
  [/^is not an allowed name$/, 'ist kein erlaubter Name'],
  [/^must be an? (object|array|string)( value)?$/, 'hat die falsche Form'],
  [/^must be a whole number from (\S+) to (\S+)$/, 'muss eine ganze Zahl von $1 bis $2 sein'],
  [/^must be a number from (\S+) to (\S+)$/, 'muss eine Zahl von $1 bis $2 sein'],
  [/^must be a number.*$/, 'muss eine Zahl sein'],
  [/^must be an integer number$/, 'muss eine ganze Zahl sein'],
  [/^must be an email$/, 'muss eine E-Mail-Adresse sein'],
  [/^must not be less than (\S+)$/, 'muss mindestens $1 sein'],
  [/^must not be greater than (\S+)$/, 'darf höchstens $1 sein'],
  [/^must be longer than or equal to (\d+) characters$/, 'muss mindestens $1 Zeichen haben'],
  [/^must be shorter than or equal to (\d+) characters$/, 'darf höchstens $1 Zeichen haben'],
  [/^must be longer than or equal to (\d+) and shorter.* (\d+) characters$/, 'muss $1 bis $2 Zeichen haben'],
  [/^must be one of the following values: (.*)$/, 'muss eines davon sein: $1'],
  [/^must be an http or https URL$/, 'muss eine Adresse mit http oder https sein'],
  [/^plain http is not allowed, only https$/, 'http ist nicht erlaubt, nur https'],
  [/^the URL must not contain a user name or password$/, 'darf keinen Benutzer und kein Passwort enthalten'],
  [/^is there twice$/, 'steht zweimal da'],
  [/^cannot be set$/, 'kann nicht gesetzt werden'],
  [/^cannot be changed; it is (.*)$/, 'kann nicht geändert werden, es bleibt bei $1'],
  [/^cannot begin with (\S+)$/, 'darf nicht mit $1 beginnen'],
  [
    /^cannot be \[hidden\].*$/,
    'kann nicht [hidden] sein: Es gibt keinen Header dieses Namens, dessen Wert bleiben könnte',
  ],
  [/^is always (\S+) with the profile (\S+)$/, 'ist mit dem Profil $2 immer $1'],
  [/^is not chosen with this profile$/, 'wird mit diesem Profil nicht gewählt'],
  [/^is not known to this profile$/, 'ist diesem Profil nicht bekannt'],
  [/^is not a field of this (kind of policy|profile's (auth|filter))$/, 'gehört hier nicht hin'],
  [/^is for secrets that are generated$/, 'gilt nur für Geheimnisse, die erzeugt werden'],
  [/^is not for a subscription that is polled$/, 'gibt es bei Abholung nicht'],
  [/^is not the name of a header$/, 'ist kein Name eines Headers'],
  [/^can only be given when it is made$/, 'kann nur beim Anlegen angegeben werden'],
  [/^must be before `to`$/, 'muss vor dem Ende des Zeitraums liegen'],
  [/^is unknown$/, 'ist nicht bekannt'],
  [/^is nested (too deep|deeper than \d+)$/, 'ist zu tief verschachtelt'],
  [
    /^must be a dotted name of letters, digits, _, -, : and \/$/,
    'muss ein Name aus Teilen mit Punkten dazwischen sein: Buchstaben, Ziffern, _, -, : und /',
  ],
  [/^must not begin with posthorn\.: .*$/, 'darf nicht mit posthorn. beginnen'],
  [/^must be (>=|<=|>|<) (\S+)$/, 'muss $1 $2 sein'],
  [
    /^must have 1 to (\d+) letters.*$/,
    'muss 1 bis $1 Buchstaben (a bis z, A bis Z), Ziffern, „.“, „_“ oder „-“ haben und darf nicht mit „.“ beginnen',
  ],
  [/^must be in the future$/, 'muss in der Zukunft liegen'],
  [/^must be a time \(RFC 3339\)$/, 'muss eine Zeit (RFC 3339) sein'],
  [/^must be now, earliest or a time.*$/, 'muss now, earliest oder eine Zeit (RFC 3339) sein'],
  [/^must be now unless it begins active$/, 'muss now sein, wenn der Webhook nicht aktiv beginnt'],
  [/^must be a URL of at most (\d+) characters$/, 'muss eine URL mit höchstens $1 Zeichen sein'],
  [
    /^must be a text of (\d+) to (\d+) characters( without control characters)?$/,
    'muss ein Text mit $1 bis $2 Zeichen sein',
  ],
  [
    /^must be a text of at most (\d+) characters( without control characters)?$/,
    'darf höchstens $1 Zeichen haben',
  ],
  [/^names must have 1 to (\d+) characters$/, 'Namen müssen 1 bis $1 Zeichen haben'],
  [/^must be printable ASCII, at most (\d+) characters$/, 'nur druckbares ASCII, höchstens $1 Zeichen'],
  [
    /^must be (\d+) to (\d+) printable (ASCII )?characters without.*$/,
    'muss $1 bis $2 druckbare ASCII-Zeichen ohne Leerzeichen (am Rand) haben',
  ],
  [/^must be a list of 1 to (\d+)$/, 'muss eine Liste mit 1 bis $1 Einträgen sein'],
  [/^must be a list of at most (\d+) examples$/, 'darf höchstens $1 Beispiele haben'],
  [/^must be a list of at most (\d+) delays$/, 'darf höchstens $1 Wartezeiten haben'],
  [/^must be an object with at most (\d+) entries$/, 'darf höchstens $1 Einträge haben'],
  [/^must be an object with (.*)$/, 'braucht $1'],
  [/^must be \{ delaysMs \} or (\{.*\})$/, 'muss { delaysMs } oder $1 sein'],
  [/^must be segments between dots.*$/, 'muss aus Teilen zwischen Punkten bestehen, jedes ein Name oder *'],
  [/^must be a CEL expression$/, 'muss ein CEL-Ausdruck sein'],
  [/^must be a JSON Schema.*$/, 'muss ein JSON-Schema (2020-12) sein'],
  [
    /^must be whsec_ and base64 of (\d+) to (\d+) bytes, or whsk_ and base64 of an ed25519 key$/,
    'muss whsec_ und Base64 von $1 bis $2 Bytes sein, oder whsk_ und Base64 eines ed25519-Schlüssels',
  ],
  [
    /^a type has 1 to (\d+) characters.*$/,
    'Ein Typ hat 1 bis $1 Zeichen, keine Leerzeichen, kein *, und beginnt nicht mit posthorn.',
  ],
  [
    /^(\S+) is at an address that is not a public one$/,
    '$1 liegt unter einer Adresse, die nicht öffentlich ist',
  ],
  [/^the address is not a public one$/, 'Die Adresse ist nicht öffentlich'],
  [/^port (\d+) is not used for HTTP$/, 'Port $1 wird nicht für HTTP genutzt'],
  [
    /^the receiver answered (\S+) with (\S+) instead of 2xx$/,
    'Der Empfänger hat auf $1 mit $2 statt 2xx geantwortet',
  ],
  [/^the receiver could not be reached: (.*)$/, 'Der Empfänger war nicht erreichbar: $1'],
  [
    /^the receiver did not send the challenge back$/,
    'Der Empfänger hat die Prüfzeichen nicht zurückgesendet',
  ],
];

/** What stands alone at a field is a sentence. */
const english: Record<string, string> = {
  'is taken': 'This is taken already. Choose another one.',
  'is not the current password': 'This is not your current password.',
  'must be before `to`': 'must be before the end of the period',
};

export function fieldText(said: string, locale: Locale): string {
  const ofSchema = schemaText(said, locale);
  if (ofSchema) return ofSchema;
  if (locale !== 'de') return english[said] ?? said;
  for (const [pattern, text] of german) if (pattern.test(said)) return said.replace(pattern, text);
  return said;
}

/** As it stands alone at its field: a sentence. */
export function fieldSentence(said: string, locale: Locale): string {
  const text = fieldText(said, locale);
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
