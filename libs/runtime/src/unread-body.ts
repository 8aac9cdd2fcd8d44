import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

const restMaxBytes = 32 * 1024 * 1024;
const restMaxMs = 5_000;

/**
 * The answer to a request whose body is not going to be read, as a stream. The bytes go out at once; the
 * answer ends, and with it the connection, when the rest of the body has been thrown away. Closing with
 * bytes unread would send a reset: a caller that is still writing would see a broken connection instead of
 * the answer, and repeat for ever. Ends after 32 MiB or five seconds, whatever the caller sends.
 */
export function answerBeforeRest(
  request: IncomingMessage,
  answer: Buffer,
  { maxBytes = restMaxBytes, maxMs = restMaxMs }: { maxBytes?: number; maxMs?: number } = {},
): Readable {
  async function* bytes(): AsyncGenerator<Buffer> {
    yield answer;
    await discardRest(request, maxBytes, maxMs);
  }
  return Readable.from(bytes(), { objectMode: false });
}

export function hasUnreadBody(request: IncomingMessage): boolean {
  return !request.complete && !request.destroyed;
}

function discardRest(request: IncomingMessage, maxBytes: number, maxMs: number): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = maxBytes;
    const timer = setTimeout(finish, maxMs);
    function count(chunk: Buffer): void {
      left -= chunk.length;
      if (left < 0) finish();
    }
    function finish(): void {
      clearTimeout(timer);
      request.off('data', count).off('end', finish).off('close', finish).off('error', finish);
      // Nothing more is taken from the socket until it is closed.
      request.pause();
      resolve();
    }
    request.on('data', count).on('end', finish).on('close', finish).on('error', finish);
    request.resume();
  });
}
