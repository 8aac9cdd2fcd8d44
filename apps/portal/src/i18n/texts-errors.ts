/** A sentence for every code that the services answer: what happened, and what to do. */
export const errorTexts = {
  'error.title': ['That did not work', 'Das hat nicht geklappt'],
  'error.unreachable': [
    'Posthorn cannot be reached. Check that it runs and that you are online.',
    'Posthorn ist nicht erreichbar. Prüfen Sie, ob es läuft und ob Sie online sind.',
  ],
  'error.refused': ['Posthorn rejected this:', 'Posthorn hat das abgelehnt:'],
  'error.page': [
    'This page could not be shown. Posthorn may have been updated: reload the page.',
    'Diese Seite ließ sich nicht anzeigen. Vielleicht wurde Posthorn inzwischen aktualisiert: Laden Sie sie neu.',
  ],
  'error.bad-request': [
    'The request was not understood. Reload the page and try again.',
    'Die Anfrage wurde nicht verstanden. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
  ],
  'error.malformed-json': [
    'This is not valid JSON. Check it and try again.',
    'Was gesendet wurde, ist kein JSON. Prüfen Sie es und versuchen Sie es noch einmal.',
  ],
  'error.unauthorized': [
    'You are not logged in, or what you entered is wrong.',
    'Sie sind nicht angemeldet, oder die Angaben stimmen nicht.',
  ],
  'error.wrong-password': ['This is not your current password.', 'Das ist nicht Ihr bisheriges Passwort.'],
  'error.forbidden': [
    'You can view this, but not change it. Ask an administrator.',
    'Sie dürfen das ansehen, aber nicht ändern. Ein Administrator kann es.',
  ],
  'error.not-found': [
    'This does not exist (any more), or you may not see it.',
    'Das gibt es nicht (mehr), oder nicht für Sie.',
  ],
  'error.method-not-allowed': [
    'This is not possible here. Reload the page: Posthorn may have been updated.',
    'Das geht hier nicht. Laden Sie die Seite neu: Posthorn wurde vielleicht aktualisiert.',
  ],
  'error.not-acceptable': [
    'Posthorn cannot answer in the requested format.',
    'Posthorn kann nicht in der gewünschten Form antworten.',
  ],
  'error.timeout': [
    'Sending took too long. Check your connection and try again.',
    'Das Senden hat zu lange gedauert. Prüfen Sie Ihre Verbindung und versuchen Sie es noch einmal.',
  ],
  'error.conflict': [
    'This does not fit the current state. Reload the page to see it.',
    'Das passt nicht zum jetzigen Stand. Laden Sie die Seite neu, um ihn zu sehen.',
  ],
  'error.limit-reached': [
    'The limit is reached. Remove one that you no longer need, then try again.',
    'Mehr sind nicht erlaubt. Entfernen Sie etwas, das nicht gebraucht wird, und versuchen Sie es dann wieder.',
  ],
  'error.request-in-progress': [
    'The same request is already running. Wait a moment.',
    'Dasselbe wird gerade schon getan. Warten Sie einen Moment.',
  ],
  'error.name-taken': [
    'That name is taken. Choose another one.',
    'Dieser Name ist vergeben. Wählen Sie einen anderen.',
  ],
  'error.own-user': [
    'You cannot do this to your own user. Ask another administrator.',
    'Mit dem eigenen Benutzer geht das nicht. Bitten Sie einen anderen Administrator darum.',
  ],
  'error.gone': ['It was deleted.', 'Das wurde gelöscht.'],
  'error.precondition-failed': [
    'Somebody else changed this in the meantime, so your changes were not saved. Load the current version, which discards what you entered here, and make them again.',
    'Jemand anderes hat das inzwischen geändert, deshalb wurde Ihre Änderung nicht gespeichert. Laden Sie den jetzigen Stand – Ihre Eingaben hier werden dabei verworfen – und machen Sie sie noch einmal.',
  ],
  'error.reload': ['Load the current version', 'Jetzigen Stand laden'],
  'error.precondition-required': [
    'It is unclear which version you are changing. Reload, then change it again.',
    'Es ist unklar, welchen Stand Sie ändern. Laden Sie neu und ändern Sie es dann noch einmal.',
  ],
  'error.too-large': ['That is too much text. Shorten it.', 'Das ist zu viel Text. Kürzen Sie ihn.'],
  'error.uri-too-long': [
    'The filters are too long. Shorten them.',
    'Die Filter sind zu lang. Kürzen Sie sie.',
  ],
  'error.unsupported-media-type': [
    'Posthorn does not accept this kind of content.',
    'Diese Art von Inhalt nimmt Posthorn nicht an.',
  ],
  'error.invalid': [
    'Some of this is not valid. Correct it and try again.',
    'Etwas darin passt nicht. Berichtigen Sie es und versuchen Sie es noch einmal.',
  ],
  'error.idempotency-mismatch': [
    'A different request was sent under the same key. Reload the page and try again.',
    'Unter derselben Kennung wurde anderes gesendet. Laden Sie die Seite neu und versuchen Sie es noch einmal.',
  ],
  'error.verification-failed': [
    'The receiver did not confirm. Check that it runs at this address and answers as documented.',
    'Der Empfänger hat nicht bestätigt. Prüfen Sie, ob er unter dieser Adresse läuft und wie dokumentiert antwortet.',
  ],
  'error.too-many-requests': [
    'Too many requests. Wait a moment, then try again.',
    'Zu viele Anfragen. Warten Sie einen Moment und versuchen Sie es dann wieder.',
  ],
  'error.internal': [
    'Something went wrong in Posthorn. Try again; if it happens again, give the operator the number below.',
    'Posthorn hat einen Fehler gemacht. Versuchen Sie es wieder; bleibt es dabei, nennen Sie dem Betreiber die Nummer unten.',
  ],
  'error.unavailable': [
    'Posthorn is busy, or part of it is down. Try again in a moment.',
    'Posthorn ist beschäftigt, oder ein Teil davon steht. Versuchen Sie es gleich wieder.',
  ],
  'field.required': ['Fill this in.', 'Bitte ausfüllen.'],
  'field.missing': ['{name} is missing.', '{name} fehlt.'],
  'field.more': ['{name}: more', '{name}: mehr'],
  'field.less': ['{name}: less', '{name}: weniger'],
  'field.tooShort': ['At least {n} characters.', 'Mindestens {n} Zeichen.'],
  'field.email': [
    'Enter an e-mail address, like name@example.com.',
    'Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.',
  ],
  'field.url': [
    'Enter a complete address, like https://example.com/webhooks.',
    'Geben Sie eine vollständige Adresse ein, zum Beispiel https://example.com/webhooks.',
  ],
  'error.request': ['Request {id}', 'Anfrage {id}'],
  'error.said': ['Posthorn says: {detail}', 'Posthorn sagt (englisch): {detail}'],
} as const;
