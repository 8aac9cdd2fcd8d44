import { loadSettings, runMain, serveDocument, startService } from '@posthorn/runtime';
import { EventIngestSettings } from './event-ingest.config.js';
import { EVENT_INGEST_TRANSPORT } from './event-ingest.consumer.js';
import { EventIngestModule } from './event-ingest.module.js';

await runMain(() => {
  const settings = loadSettings(EventIngestSettings, process.env);
  return startService({
    name: 'event-ingest',
    module: EventIngestModule.register(settings),
    settings,
    configure: serveDocument,
    transports: [EVENT_INGEST_TRANSPORT],
  });
});
