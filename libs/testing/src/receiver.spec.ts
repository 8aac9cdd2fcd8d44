import { Receiver } from './receiver.js';

describe('Receiver', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(() => receiver.close());

  it('records method, url, headers and the bytes of the body', async () => {
    await fetch(`${receiver.url}/hook?a=1`, { method: 'POST', headers: { 'x-a': 'b' }, body: '{"ü": 1.0}' });
    const [request] = await receiver.received(1);
    expect(request).toMatchObject({ method: 'POST', url: '/hook?a=1', headers: { 'x-a': 'b' } });
    expect(request?.rawBody.toString()).toBe('{"ü": 1.0}');
    expect(request?.atMs).toBeLessThanOrEqual(performance.now());
  });

  it('answers by its script, with the index of the request', async () => {
    receiver.answer((_, index) =>
      index === 0 ? 503 : { status: 201, headers: { 'x-r': '1' }, body: 'made' },
    );
    expect((await fetch(receiver.url)).status).toBe(503);
    const second = await fetch(receiver.url);
    expect([second.status, second.headers.get('x-r'), await second.text()]).toEqual([201, '1', 'made']);
  });

  it('hangs up, or never answers until it is closed', async () => {
    receiver.answer(() => ({ hangUp: true }));
    await expect(fetch(receiver.url)).rejects.toThrow();
    receiver.answer(() => ({ never: true }));
    const open = fetch(receiver.url).then(
      () => 'answered',
      () => 'closed',
    );
    await receiver.received(2);
    await receiver.close();
    expect(await open).toBe('closed');
    receiver = await Receiver.start();
  });

  it('counts only what matches, and says what it has when time is up', async () => {
    await fetch(`${receiver.url}/a`);
    await expect(
      receiver.received(1, { timeoutMs: 30, matching: ({ url }) => url === '/b' }),
    ).rejects.toThrow('1 requests at the receiver, there are 0');
  });
});
