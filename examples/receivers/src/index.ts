export { expressReceiver } from './express-receiver.js';
export { fastifyReceiver } from './fastify-receiver.js';
