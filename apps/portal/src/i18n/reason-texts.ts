import type { Locale } from './locale';

type Part = [said: RegExp, english: string, german: string];

/**
 * Parts of the reasons that delivery-log gives, and subscription-api for what it disabled, in the portal's
 * own words, in the order they are looked for.
 * Attempts are counted as everywhere in the portal: those that were made.
 */
const parts: Part[] = [
  [
    /^waits behind a delivery that is parked at attempt (\d+)(?: of (\d+))?/,
    'waits for an earlier delivery: ATTEMPTS',
    'wartet auf eine frühere Zustellung: ATTEMPTS',
  ],
  [
    /^parked at attempt (\d+)(?: of (\d+))?/,
    'the following deliveries wait for it: ATTEMPTS',
    'die folgenden Zustellungen warten auf sie: ATTEMPTS',
  ],
  [/^attempt (\d+)(?: of (\d+))? failed/, 'ATTEMPTS', 'ATTEMPTS'],
  [/, next at /, ', next one at ', ', nächster am '],
  [/, next is due/, ', next one due now', ', nächster jetzt fällig'],
  [/^the subscription is paused$/, 'the webhook is paused', 'der Webhook ist pausiert'],
  [
    /^the subscription is catching up with what waited$/,
    'the webhook is catching up',
    'der Webhook holt auf, was gewartet hat',
  ],
  [/^waits for its turn$/, 'waits for its turn', 'wartet, bis sie an der Reihe ist'],
  [
    /^its last step failed and is tried again$/,
    'its last step failed and is tried again',
    'der letzte Schritt ist fehlgeschlagen und wird wiederholt',
  ],
  [
    /one asks for other events than (\S+?)(?=,|$)/,
    'one webhook subscribes to other events than $1',
    'ein Webhook will andere Ereignisse als $1',
  ],
  [
    /(\d+) ask for other events than (\S+?)(?=,|$)/,
    '$1 webhooks subscribe to other events than $2',
    '$1 Webhooks wollen andere Ereignisse als $2',
  ],
  [/one is disabled$/, 'one webhook is disabled', 'ein Webhook ist abgeschaltet'],
  [/(\d+) are disabled$/, '$1 webhooks are disabled', '$1 Webhooks sind abgeschaltet'],
  [
    /^The receiver answered 410 Gone\.$/,
    'the receiver answered 410 Gone',
    'der Empfänger hat mit 410 Gone geantwortet',
  ],
  [
    /^The receiver has been failing since (\S+), without a success\.$/,
    'the receiver has been failing since $1, without a success',
    'beim Empfänger schlägt seit $1 alles fehl',
  ],
  [/^the tenant ha[sd] none$/, 'there was no webhook', 'es gab keinen Webhook'],
];

const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

type Clock = { timeOf(at: string): string; nowMs: number };

/** A reason as the page writes it: in its language, times as times are shown. */
export function reasonText(said: string, locale: Locale, { timeOf, nowMs }: Clock): string {
  const reason = said
    .replace(/^no subscription matched: /, '')
    .replace(/, next at (\S+Z)/, (whole, at: string) => (Date.parse(at) <= nowMs ? ', next is due' : whole));
  const text = parts.reduce((so, [part, english, german]) => {
    const found = part.exec(so);
    if (!found) return so;
    const words = (locale === 'de' ? german : english).replace('ATTEMPTS', attemptsText(found, locale));
    return so.replace(part, words);
  }, reason);
  return text.replace(instant, timeOf);
}

function attemptsText([, made, all]: readonly (string | undefined)[], locale: Locale): string {
  const isOne = (all ?? made) === '1';
  if (locale !== 'de') return `${made}${all ? ` of ${all}` : ''} ${isOne ? 'attempt' : 'attempts'} failed`;
  if (all) return `${made} von ${all} ${isOne ? 'Versuch' : 'Versuchen'} fehlgeschlagen`;
  return `${made} ${isOne ? 'Versuch' : 'Versuche'} fehlgeschlagen`;
}
