import { fstatSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { DELIVERY_LOG_TRANSPORT } from '@posthorn/delivery-log';
import { DISPATCHER_TRANSPORT } from '@posthorn/dispatcher';
import { EVENT_INGEST_TRANSPORT } from '@posthorn/event-ingest';
import { RETRY_SCHEDULER_TRANSPORT } from '@posthorn/retry-scheduler';
import { loadSettings, runMain, startService } from '@posthorn/runtime';
import {
  createDemoTenants,
  serveDevReceiver,
  serveDocs,
  servePortal,
  SubscriptionApiSettings,
} from '@posthorn/subscription-api';
import { StandaloneSettings } from './standalone.config.js';
import { StandaloneModule } from './standalone.module.js';
import { welcome } from './welcome.js';

await runMain(async () => {
  const settings = loadSettings(StandaloneSettings, process.env);
  const { app, url } = await startService({
    name: 'standalone',
    module: StandaloneModule.register(process.env),
    settings,
    configure: async (application) => {
      await serveDocs(application);
      await servePortal(application);
      await serveDevReceiver(application);
    },
    transports: [
      EVENT_INGEST_TRANSPORT,
      DISPATCHER_TRANSPORT,
      RETRY_SCHEDULER_TRANSPORT,
      DELIVERY_LOG_TRANSPORT,
    ],
  });
  if (!settings.demo) return;
  const tenants = await createDemoTenants(app);
  await untilReady(url);
  const { devReceiver } = app.get(SubscriptionApiSettings, { strict: false });
  const receiver = devReceiver ? `${url}/dev/receiver/hooks/first` : 'http://127.0.0.1:9000/webhooks';
  screen().write(welcome(url, tenants, receiver));
});

/**
 * Where whoever started it reads: keys are for him, so at a terminal they are not among log lines that go
 * to a file, which is kept. In a pipe everything is together.
 */
function screen(): NodeJS.WriteStream {
  return process.stderr.isTTY && fstatSync(process.stdout.fd).isFile() ? process.stderr : process.stdout;
}

/** What is printed should work at once, and stand below what a start logs. */
async function untilReady(url: string): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await delay(50)) {
    const { status } = await fetch(`${url}/health/ready`).catch(() => ({ status: 0 }));
    if (status === 200) return;
  }
}
