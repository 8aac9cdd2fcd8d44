import type { Locale } from './locale';

/** Parts of the reasons that delivery-log gives, in German, in the order they are looked for. */
const german: [said: RegExp, text: string][] = [
  [
    /^waits behind a delivery that is parked at attempt (\d+)/,
    'wartet hinter einer Zustellung, angehalten bei Versuch $1',
  ],
  [/^parked at attempt (\d+)/, 'angehalten bei Versuch $1'],
  [/^attempt (\d+) of (\d+) failed/, 'Versuch $1 von $2 ist fehlgeschlagen'],
  [/^attempt (\d+) failed/, 'Versuch $1 ist fehlgeschlagen'],
  [/(Versuch \d+) of (\d+)/, '$1 von $2'],
  [/, next at /, ', nächster am '],
  [/^the subscription is paused$/, 'der Webhook ist pausiert'],
  [/^the subscription is catching up with what waited$/, 'der Webhook holt auf, was gewartet hat'],
  [/^waits for its turn$/, 'wartet, bis es an der Reihe ist'],
  [/one asks for other events than (\S+?)(?=,|$)/, 'einer will andere Ereignisse als $1'],
  [/(\d+) ask for other events than (\S+?)(?=,|$)/, '$1 wollen andere Ereignisse als $2'],
  [/one is disabled$/, 'einer ist abgeschaltet'],
  [/(\d+) are disabled$/, '$1 sind abgeschaltet'],
  [/^the tenant ha[sd] none$/, 'es gab keinen'],
];

const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A reason as the page writes it: in its language, times as times are shown. */
export function reasonText(said: string, locale: Locale, timeOf: (at: string) => string): string {
  const reason = said.replace(/^no subscription matched: /, '');
  const text = locale === 'de' ? german.reduce((so, [part, word]) => so.replace(part, word), reason) : reason;
  return text.replace(instant, timeOf);
}
