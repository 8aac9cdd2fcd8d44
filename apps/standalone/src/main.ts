import { DELIVERY_LOG_TRANSPORT } from '@posthorn/delivery-log';
import { DISPATCHER_TRANSPORT } from '@posthorn/dispatcher';
import { EVENT_INGEST_TRANSPORT } from '@posthorn/event-ingest';
import { RETRY_SCHEDULER_TRANSPORT } from '@posthorn/retry-scheduler';
import { loadSettings, runMain, startService } from '@posthorn/runtime';
import { createDemoTenants } from '@posthorn/subscription-api';
import { StandaloneSettings } from './standalone.config.js';
import { StandaloneModule } from './standalone.module.js';
import { welcome } from './welcome.js';

await runMain(async () => {
  const settings = loadSettings(StandaloneSettings, process.env);
  const { app, url } = await startService({
    name: 'standalone',
    module: StandaloneModule.register(process.env),
    settings,
    transports: [
      EVENT_INGEST_TRANSPORT,
      DISPATCHER_TRANSPORT,
      RETRY_SCHEDULER_TRANSPORT,
      DELIVERY_LOG_TRANSPORT,
    ],
  });
  if (settings.demo) process.stdout.write(welcome(url, await createDemoTenants(app)));
});
