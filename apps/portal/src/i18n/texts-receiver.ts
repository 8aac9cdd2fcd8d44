/** English and German, side by side. */
export const receiverTexts = {
  'receiver.title': ['Test receiver', 'Testempfänger'],
  'receiver.text': [
    'A receiver on this machine that shows what arrives. Give a webhook this URL:',
    'Ein Empfänger auf dieser Maschine, der zeigt, was ankommt. Geben Sie einem Webhook diese URL:',
  ],
  'receiver.behaviour': ['It shall', 'Er soll'],
  'receiver.ok': ['answer 200', 'mit 200 antworten'],
  'receiver.fail': ['fail (500)', 'fehlschlagen (500)'],
  'receiver.gone': ['be gone (410)', 'weg sein (410)'],
  'receiver.delay': ['answer late', 'spät antworten'],
  'receiver.hang': ['hang', 'hängen'],
  'receiver.delayMs': ['Delay in milliseconds', 'Verzögerung in Millisekunden'],
  'receiver.clear': ['Clear', 'Leeren'],
  'receiver.empty': ['Nothing arrived yet', 'Noch nichts angekommen'],
  'receiver.emptyText': [
    'Make a webhook with the URL above, then send a test event or publish one.',
    'Legen Sie einen Webhook mit der URL oben an, und senden Sie dann ein Testereignis oder veröffentlichen Sie eines.',
  ],
  'receiver.off': [
    'There is no test receiver here. It is for local use: POSTHORN_DEV_RECEIVER=on, as npm start sets it.',
    'Hier gibt es keinen Testempfänger. Er ist für lokale Nutzung: POSTHORN_DEV_RECEIVER=on, wie npm start es setzt.',
  ],
  'receiver.valid': ['signature valid', 'Signatur gültig'],
  'receiver.invalid': ['signature not valid', 'Signatur ungültig'],
  'receiver.unknown': ['no webhook of yours has this URL', 'kein Webhook von Ihnen hat diese URL'],
  'receiver.answered': ['answered {status}', 'mit {status} beantwortet'],
  'receiver.hanging': ['not answered', 'nicht beantwortet'],
  'receiver.publish': ['Publish an event', 'Ein Ereignis veröffentlichen'],
  'receiver.count': ['How many', 'Wie viele'],
  'receiver.published': ['{n} published.', '{n} veröffentlicht.'],
} as const;
