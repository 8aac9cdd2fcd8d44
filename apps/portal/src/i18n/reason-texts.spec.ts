import { reasonText } from './reason-texts';

const at = '2026-11-28T10:05:09.000Z';
const timeOf = () => '10:05';
const nowMs = Date.parse('2026-11-28T10:00:00.000Z');

it.each([
  [
    `parked at attempt 4 of 11, next at ${at}`,
    'the following deliveries wait for it: 4 of 11 attempts failed, next one at 10:05',
    'die folgenden Zustellungen warten auf sie: 4 von 11 Versuchen fehlgeschlagen, nächster am 10:05',
  ],
  [
    `waits behind a delivery that is parked at attempt 4 of 11, next at ${at}`,
    'waits for an earlier delivery: 4 of 11 attempts failed, next one at 10:05',
    'wartet auf eine frühere Zustellung: 4 von 11 Versuchen fehlgeschlagen, nächster am 10:05',
  ],
  [
    `attempt 2 of 3 failed, next at ${at}`,
    '2 of 3 attempts failed, next one at 10:05',
    '2 von 3 Versuchen fehlgeschlagen, nächster am 10:05',
  ],
  [
    'attempt 2 of 3 failed, next at 2026-11-28T09:59:59.000Z',
    '2 of 3 attempts failed, next one due now',
    '2 von 3 Versuchen fehlgeschlagen, nächster jetzt fällig',
  ],
  ['attempt 1 failed', '1 attempt failed', '1 Versuch fehlgeschlagen'],
  ['the subscription is paused', 'the webhook is paused', 'der Webhook ist pausiert'],
  [
    'its last step failed and is tried again',
    'its last step failed and is tried again',
    'der letzte Schritt ist fehlgeschlagen und wird wiederholt',
  ],
  [
    'no subscription matched: 2 ask for other events than a.b, one is disabled',
    '2 webhooks subscribe to other events than a.b, one webhook is disabled',
    '2 Webhooks wollen andere Ereignisse als a.b, ein Webhook ist abgeschaltet',
  ],
  ['no subscription matched: the tenant had none', 'there was no webhook', 'es gab keinen Webhook'],
  [
    'The receiver answered 410 Gone.',
    'the receiver answered 410 Gone',
    'der Empfänger hat mit 410 Gone geantwortet',
  ],
  [
    'The receiver has been failing since 2026-11-23T10:00:00.000Z, without a success.',
    'the receiver has been failing since 10:05, without a success',
    'beim Empfänger schlägt seit 10:05 alles fehl',
  ],
  ['a reason of tomorrow', 'a reason of tomorrow', 'a reason of tomorrow'],
])('says in both languages: %s', (said, english, german) => {
  expect(reasonText(said, 'en', { timeOf, nowMs })).toBe(english);
  expect(reasonText(said, 'de', { timeOf, nowMs })).toBe(german);
});
