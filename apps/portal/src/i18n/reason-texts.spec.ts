import { reasonText } from './reason-texts';

const at = '2026-11-28T10:05:09.000Z';
const timeOf = () => '10:05';

it.each([
  [`parked at attempt 4 of 11, next at ${at}`, 'angehalten bei Versuch 4 von 11, nächster am 10:05'],
  [
    `waits behind a delivery that is parked at attempt 4 of 11, next at ${at}`,
    'wartet hinter einer Zustellung, angehalten bei Versuch 4 von 11, nächster am 10:05',
  ],
  [`attempt 2 of 3 failed, next at ${at}`, 'Versuch 2 von 3 ist fehlgeschlagen, nächster am 10:05'],
  ['the subscription is paused', 'der Webhook ist pausiert'],
  [
    'no subscription matched: 2 ask for other events than a.b, one is disabled',
    '2 wollen andere Ereignisse als a.b, einer ist abgeschaltet',
  ],
  ['no subscription matched: the tenant had none', 'es gab keinen'],
  ['a reason of tomorrow', 'a reason of tomorrow'],
])('says in German: %s', (said, text) => {
  expect(reasonText(said, 'de', timeOf)).toBe(text);
});

it('leaves English as it is, but for times and for what the page says already', () => {
  expect(reasonText(`parked at attempt 4 of 11, next at ${at}`, 'en', timeOf)).toBe(
    'parked at attempt 4 of 11, next at 10:05',
  );
  expect(reasonText('no subscription matched: one is disabled', 'en', timeOf)).toBe('one is disabled');
});
