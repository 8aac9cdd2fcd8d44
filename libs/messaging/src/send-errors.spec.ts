import { isFenced, isUnknownTopic, rootOf, sendFailure } from './send-errors.js';

const kafkaError = (fields: object, name = 'KafkaJSProtocolError') =>
  Object.assign(new Error('kafka'), { name }, fields);
const wrapped = (cause: Error) =>
  Object.assign(new Error('gave up'), { name: 'KafkaJSNonRetriableError', retriable: false, cause });

it.each([
  ['a connection that closed', kafkaError({ retriable: true }, 'KafkaJSConnectionClosedError'), 'repeat'],
  ['a retriable error after all retries', wrapped(kafkaError({ code: 6, retriable: true })), 'repeat'],
  ['what says nothing about itself', new Error('?'), 'repeat'],
  ['out of order', kafkaError({ code: 45, retriable: false }), 'renew'],
  ['unknown producer id', wrapped(kafkaError({ code: 59, retriable: false })), 'renew'],
  ['fenced', kafkaError({ code: 47, retriable: false }), 'renew'],
  ['too large', kafkaError({ code: 10, retriable: false }), 'record'],
  ['an encoder that trips', wrapped(new TypeError('value')), 'record'],
  [
    'a message without value',
    kafkaError({ retriable: false, message: 'Invalid message without value' }, 'KafkaJSNonRetriableError'),
    'record',
  ],
])('%s', (_, error, expected) => {
  expect(sendFailure(error)).toBe(expected);
});

it('knows a newer producer from other trouble, also when it is wrapped', () => {
  expect([47, 90, 48, 6].map((code) => isFenced(wrapped(kafkaError({ code }))))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(isUnknownTopic(wrapped(kafkaError({ type: 'UNKNOWN_TOPIC_OR_PARTITION' })))).toBe(true);
  expect(rootOf('text').message).toBe('text');
});
