import { loadSettings, runMain, startService } from '@posthorn/runtime';
import { SubscriptionApiSettings } from './subscription-api.config.js';
import { bodyMaxBytes } from './answer.js';
import { serveDevReceiver } from './dev-receiver/dev-receiver.js';
import { serveDocs } from './docs.js';
import { servePortal } from './portal.js';
import { SubscriptionApiModule } from './subscription-api.module.js';

await runMain(() => {
  const settings = loadSettings(SubscriptionApiSettings, process.env);
  const module = SubscriptionApiModule.register(settings);
  const configure = async (app: Parameters<typeof serveDocs>[0]): Promise<void> => {
    await serveDocs(app);
    await servePortal(app);
    await serveDevReceiver(app);
  };
  return startService({ name: 'subscription-api', module, settings, bodyMaxBytes, configure });
});
