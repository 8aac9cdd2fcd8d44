import { attemptsTopic } from '@posthorn/contracts';
import { KafkaConnection, LogReader } from '@posthorn/messaging';
import { createLogger, Database, kafkaLog, kafkaSettings, loadSettings, runMain } from '@posthorn/runtime';
import { DeliveryLogSettings } from '../delivery-log.config.js';
import { migrations } from '../migrations/index.js';
import { DeliveriesRebuild } from './rebuild.js';
import { makeSchema } from './shadow.js';

/** Below tools/rebuild.mjs; the settings are those of delivery-log. */
await runMain(async () => {
  const settings = loadSettings(DeliveryLogSettings, process.env);
  const logger = createLogger(settings, 'delivery-log-rebuild');
  await makeSchema(settings.databaseUrl);
  const database = new Database({
    ...{ url: settings.databaseUrl, schema: 'delivery_log', migrations, poolMax: 2, logger },
    statementTimeoutMs: 600_000,
  });
  const kafka = new KafkaConnection(kafkaSettings(settings, 'delivery-log-rebuild'), kafkaLog(logger));
  const reader = new LogReader(kafka, { groupId: 'delivery-log-rebuild', topics: [attemptsTopic.name] });
  try {
    await database.start();
    await reader.start();
    const { records, leftOut, partitions, fromDay } = await new DeliveriesRebuild({
      database,
      kafka,
      reader,
      logger,
    }).run();
    if (leftOut > 0) console.log(`Left out: ${leftOut} records that cannot be used, as the log above says.`);
    console.log(
      `Made anew from ${records} records, from ${fromDay} on: ${partitions.join(', ') || 'nothing'}.`,
    );
  } finally {
    await reader.stop();
    await kafka.close();
    await database.stop();
  }
});
