import { readWebhook } from './webhook.js';

const body = '{"type":"order.changed","data":{"n":42,"t":1234.75,"note":"x"}}';
const head = (length: number): string =>
  `POST /7 HTTP/1.1\r\nhost: 127.0.0.1\r\nwebhook-attempt: 2\r\ncontent-length: ${length}\r\n\r\n`;
const request = head(body.length) + body;

it('reads what is counted of each request', () => {
  const bytes = Buffer.from(request + request);
  const webhook = { place: 7, attempt: 2, n: 42, dueMs: 1_234.75 };
  expect(readWebhook(bytes, 0)).toEqual({ webhook, end: request.length });
  expect(readWebhook(bytes, request.length)).toEqual({ webhook, end: bytes.length });
});

it.each([0, 10, head(1).length, request.length - 1])(
  'waits for the rest where %d bytes have come',
  (length) => {
    expect(readWebhook(Buffer.from(request).subarray(0, length), 0)).toBeUndefined();
  },
);

it('takes no number from the request behind it', () => {
  const bytes = Buffer.from(`HEAD / HTTP/1.1\r\nhost: x\r\n\r\n${request}`);
  const webhook = { place: NaN, attempt: NaN, n: NaN, dueMs: NaN };
  expect(readWebhook(bytes, 0)).toEqual({ webhook, end: bytes.length - request.length });
});
