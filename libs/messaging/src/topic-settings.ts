import type { KafkaConnection, TopicSpec } from './kafka-connection.js';

const topicResource = 2;

/**
 * Tells of topics that are there with larger settings than `config` would have given them: whoever made them
 * left these out. They are the operator's by now, so they are not changed. Best effort: a service may not be
 * allowed to read them.
 */
export async function tellOfLargerSettings(kafka: KafkaConnection, specs: TopicSpec[]): Promise<void> {
  const withConfig = specs.filter(({ config }) => config !== undefined);
  if (withConfig.length === 0) return;
  // Its own client: a refusal is no trouble of the others.
  const admin = kafka.newClient({ retry: { retries: 1 }, quiet: true }).admin();
  try {
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: withConfig.map(({ name }) => ({ type: topicResource, name: kafka.topicName(name) })),
    });
    for (const { name, config = {} } of withConfig) {
      const topic = kafka.topicName(name);
      const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? [];
      const larger = entries.filter(({ configName, configValue }) =>
        isLarger(configValue, config[configName]),
      );
      if (larger.length === 0) continue;
      const settings = larger.map(({ configName }) => `${configName}=${config[configName]}`).join(',');
      const todo = `kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${settings}`;
      kafka.log('warn', 'the topic was made with larger settings, reading it takes ever longer', {
        topic,
        todo,
      });
    }
  } catch (error) {
    kafka.log('debug', 'settings of topics are not known', { error: String(error) });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

function isLarger(is: string, wanted: string | undefined): boolean {
  return wanted !== undefined && Number(is) > Number(wanted);
}
