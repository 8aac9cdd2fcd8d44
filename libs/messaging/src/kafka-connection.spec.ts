import { KafkaConnection } from './kafka-connection.js';

const connect = (topicPrefix: string) =>
  new KafkaConnection({ brokers: ['127.0.0.1:1'], clientId: 'x', topicPrefix }, () => undefined);

it('puts the prefix in front of topics and groups, and takes it off again', () => {
  const kafka = connect('posthorn.');
  expect(kafka.topicName('events.v1')).toBe('posthorn.events.v1');
  expect(kafka.shortName('posthorn.events.v1')).toBe('events.v1');
  expect(kafka.groupId('dispatcher')).toBe('posthorn.dispatcher');
});

it('gives every prefix transactional ids of its own', () => {
  expect(connect('posthorn.').transactionalId(3)).toBe('posthorn-cursors-3');
  const prefixes = ['posthorn.', 'posthorn', 'posthorn-', 'posthorn..', 'posthorn.-', '', '.'];
  const ids = prefixes.map((prefix) => connect(prefix).transactionalId(3));
  expect(new Set(ids).size).toBe(prefixes.length);
});
