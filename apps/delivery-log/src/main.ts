import { loadSettings, runMain, serveDocument, startService } from '@posthorn/runtime';
import { DELIVERY_LOG_TRANSPORT, DeliveryLogModule, DeliveryLogSettings } from './index.js';

await runMain(() => {
  const settings = loadSettings(DeliveryLogSettings, process.env);
  return startService({
    name: 'delivery-log',
    module: DeliveryLogModule.register(settings),
    settings,
    configure: serveDocument,
    transports: [DELIVERY_LOG_TRANSPORT],
  });
});
