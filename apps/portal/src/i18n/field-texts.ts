import type { Locale } from './locale';

/** What the API says of one field, in German. What is not here is shown as it came: better than nothing. */
const german: [said: RegExp, text: string][] = [
  [/^is taken$/, 'ist vergeben'],
  [/^(is required|should not be empty|must be given)$/, 'fehlt'],
  [/^is not a known field$/, 'ist hier nicht bekannt'],
  [/^is not an allowed name$/, 'ist kein erlaubter Name'],
  [/^must be an? (object|array|string)( value)?$/, 'hat die falsche Form'],
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

export function fieldText(said: string, locale: Locale): string {
  if (locale !== 'de') return said;
  for (const [pattern, text] of german) if (pattern.test(said)) return said.replace(pattern, text);
  return said;
}
