import { loadSettings, runMain, startService } from '@posthorn/runtime';
import { RETRY_SCHEDULER_TRANSPORT, RetrySchedulerModule, RetrySchedulerSettings } from './index.js';

await runMain(() => {
  const settings = loadSettings(RetrySchedulerSettings, process.env);
  return startService({
    name: 'retry-scheduler',
    module: RetrySchedulerModule.register(settings),
    settings,
    transports: [RETRY_SCHEDULER_TRANSPORT],
  });
});
