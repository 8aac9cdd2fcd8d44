export { PosthornOutbox1764000000000 } from './migration.js';
export { OutboxEvent, type OutboxRow } from './outbox.entity.js';
export { addToOutbox, type AddOptions } from './outbox.js';
export { OutboxRelay, type OutboxPublisher, type OutboxRelayOptions } from './outbox-relay.js';
