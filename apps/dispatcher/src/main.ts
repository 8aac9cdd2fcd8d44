import { loadSettings, runMain, startService } from '@posthorn/runtime';
import { DispatcherSettings } from './dispatcher.config.js';
import { DispatcherModule } from './dispatcher.module.js';
import { DISPATCHER_TRANSPORT } from './transport.js';

await runMain(async () => {
  const settings = loadSettings(DispatcherSettings, process.env);
  const module = DispatcherModule.register(settings);
  await startService({ name: 'dispatcher', module, settings, transports: [DISPATCHER_TRANSPORT] });
});
