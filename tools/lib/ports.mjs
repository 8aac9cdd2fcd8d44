import { createServer, connect } from 'node:net';

/**
 * @param {number} port 0 asks for any
 * @returns {Promise<number | undefined>} the port, or undefined when it is taken
 */
function tryPort(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

/**
 * The first of these ports nobody holds, else any free one. A listener on all interfaces counts as well.
 * @param {...(number | undefined)} wanted
 */
export async function freePort(...wanted) {
  for (const port of wanted) {
    if (port && (await tryPort(port)) && !(await answers(port))) return port;
  }
  const port = await tryPort(0);
  if (!port) throw new Error('The system gives out no free port on 127.0.0.1.');
  return port;
}

/** Whether something accepts connections there. @param {number} port */
export function answers(port, host = '127.0.0.1', timeoutMs = 1_000) {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const end = (/** @type {boolean} */ result) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
