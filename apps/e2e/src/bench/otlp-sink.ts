import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A collector that takes everything and keeps nothing: what telemetry costs is what its senders spend. */
let requests = 0;
const server = createServer((request, response) => {
  requests++;
  request.resume();
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
});
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
process.on('message', () => process.send!({ requests }));
process.on('disconnect', () => process.exit(0));
