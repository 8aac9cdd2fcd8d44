/** A sentence for every code that the services answer: what happened, and what to do. */
export const errorTexts = {
  'error.title': ['That did not work', 'Das hat nicht geklappt'],
  'error.unreachable': [
    'Posthorn cannot be reached. Check that it runs and that you are online.',
    'Posthorn ist nicht erreichbar. Prüfen Sie, ob es läuft und ob Sie online sind.',
  ],
  'error.refused': [
    'Posthorn did not take this. What it says about it:',
    'Posthorn hat das nicht angenommen. Was es dazu sagt:',
  ],
  'error.page': [
    'This page could not be shown. Perhaps Posthorn was updated meanwhile: load it again.',
    'Diese Seite ließ sich nicht anzeigen. Vielleicht wurde Posthorn inzwischen aktualisiert: Laden Sie sie neu.',
  ],
  'error.bad-request': [
    'The request was not understood. Load the page again and try once more.',
    'Die Anfrage wurde nicht verstanden. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
  ],
  'error.malformed-json': [
    'What was sent is not JSON. Check it and try again.',
    'Was gesendet wurde, ist kein JSON. Prüfen Sie es und versuchen Sie es noch einmal.',
  ],
  'error.unauthorized': [
    'You are not logged in, or what you entered is wrong.',
    'Sie sind nicht angemeldet, oder die Angaben stimmen nicht.',
  ],
  'error.wrong-password': [
    'E-mail address or password are wrong.',
    'E-Mail-Adresse oder Passwort stimmen nicht.',
  ],
  'error.forbidden': [
    'You may look at this, but not change it. An administrator can.',
    'Sie dürfen das ansehen, aber nicht ändern. Ein Administrator kann es.',
  ],
  'error.not-found': [
    'This is not there (any more), or not for you.',
    'Das gibt es nicht (mehr), oder nicht für Sie.',
  ],
  'error.method-not-allowed': [
    'That cannot be done here. Load the page again: Posthorn may have been updated.',
    'Das geht hier nicht. Laden Sie die Seite neu: Posthorn wurde vielleicht aktualisiert.',
  ],
  'error.not-acceptable': [
    'Posthorn cannot answer in the form that was asked for.',
    'Posthorn kann nicht in der gewünschten Form antworten.',
  ],
  'error.timeout': [
    'It took too long to send. Check your connection and try again.',
    'Das Senden hat zu lange gedauert. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  ],
  'error.conflict': [
    'It does not fit to how things are now. Load the page again to see it.',
    'Das passt nicht zum jetzigen Stand. Laden Sie die Seite neu, um ihn zu sehen.',
  ],
  'error.limit-reached': [
    'There are as many as may be. Remove one that is not needed, then try again.',
    'Mehr sind nicht erlaubt. Entfernen Sie etwas, das nicht gebraucht wird, und versuchen Sie es dann wieder.',
  ],
  'error.request-in-progress': [
    'The same is being done already. Wait a moment.',
    'Dasselbe wird gerade schon getan. Warten Sie einen Moment.',
  ],
  'error.name-taken': [
    'That name is taken. Choose another one.',
    'Dieser Name ist vergeben. Wählen Sie einen anderen.',
  ],
  'error.gone': ['It was deleted.', 'Das wurde gelöscht.'],
  'error.precondition-failed': [
    'Somebody else has changed this in the meantime. Reload, then change it again.',
    'Jemand anderes hat das inzwischen geändert. Laden Sie neu und ändern Sie es dann noch einmal.',
  ],
  'error.precondition-required': [
    'It is not known which state you are changing. Reload, then change it again.',
    'Es ist unklar, welchen Stand Sie ändern. Laden Sie neu und ändern Sie es dann noch einmal.',
  ],
  'error.too-large': ['That is too much text. Shorten it.', 'Das ist zu viel Text. Kürzen Sie ihn.'],
  'error.uri-too-long': [
    'The filters are too long. Shorten them.',
    'Die Filter sind zu lang. Kürzen Sie sie.',
  ],
  'error.unsupported-media-type': [
    'Posthorn does not take this kind of content.',
    'Diese Art von Inhalt nimmt Posthorn nicht an.',
  ],
  'error.invalid': [
    'Something in it does not fit. Correct it and try again.',
    'Etwas darin passt nicht. Berichtigen Sie es und versuchen Sie es noch einmal.',
  ],
  'error.idempotency-mismatch': [
    'Something else was sent under the same mark. Load the page again and try once more.',
    'Unter derselben Kennung wurde anderes gesendet. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
  ],
  'error.verification-failed': [
    'The receiver did not agree. Check that it runs at this address and answers as documented.',
    'Der Empfänger hat nicht zugestimmt. Prüfen Sie, ob er unter dieser Adresse läuft und wie dokumentiert antwortet.',
  ],
  'error.too-many-requests': [
    'Too much at once. Wait a moment, then try again.',
    'Zu viel auf einmal. Warten Sie einen Moment und versuchen Sie es dann wieder.',
  ],
  'error.internal': [
    'Posthorn made a mistake. Try again; if it happens again, tell the operator the number below.',
    'Posthorn hat einen Fehler gemacht. Versuchen Sie es wieder; bleibt es dabei, nennen Sie dem Betreiber die Nummer unten.',
  ],
  'error.unavailable': [
    'Posthorn is busy, or a part of it is down. Try again in a moment.',
    'Posthorn ist beschäftigt, oder ein Teil davon steht. Versuchen Sie es gleich wieder.',
  ],
  'error.request': ['Request {id}', 'Anfrage {id}'],
  'error.said': ['Posthorn says: {detail}', 'Posthorn sagt (englisch): {detail}'],
} as const;
