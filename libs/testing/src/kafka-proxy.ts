import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Kafka's api keys that tests speak of. */
export const apiKeys = { produce: 0, fetch: 1, heartbeat: 12, endTxn: 26 } as const;

export type DropRule = {
  apiKey: number;
  times: number;
  /** How much of the answer still passes: 0 to 1. */
  share: number;
};

/**
 * A loopback proxy in front of one broker that understands Kafka's framing. It can refuse everybody
 * (`down`), and it can let a request through but cut the connection instead of passing its response on: the
 * broker has done it, and the client cannot know. Use `socketFactory` in the client, because brokers
 * advertise their own address.
 */
export class KafkaProxy {
  private readonly server = createServer((client) => this.relay(client));
  private readonly sockets = new Set<Socket>();
  private rules: DropRule[] = [];
  private heldKey: number | undefined;
  private held: (() => void)[] = [];
  private refusing = false;
  private frozen = false;
  private readonly seen = new Map<number, number>();
  /** Responses that were swallowed so far. */
  dropped = 0;
  /** What the broker has sent to clients. */
  bytesPassed = 0;

  private constructor(
    private readonly host: string,
    private readonly brokerPort: number,
  ) {}

  static async start(broker: string): Promise<KafkaProxy> {
    const [host = '127.0.0.1', port = '9092'] = broker.split(':');
    const proxy = new KafkaProxy(host, Number(port));
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** For kafkajs: every connection goes through the proxy, whatever address it asks for. */
  readonly socketFactory = ({ onConnect }: { onConnect: () => void }): Socket => {
    if (!this.server.listening) throw new Error('the proxy is closed');
    const { port } = this.server.address() as AddressInfo;
    const socket = connect({ host: '127.0.0.1', port }, onConnect);
    socket.setKeepAlive(true, 60_000);
    return socket;
  };

  /** How many requests of this kind have come. */
  requests(apiKey: number): number {
    return this.seen.get(apiKey) ?? 0;
  }

  /** Cuts the connection instead of the next responses to this kind of request. */
  dropResponses(apiKey: number, times = 1): void {
    this.rules.push({ apiKey, times, share: 0 });
  }

  /** Cuts the connection in the middle of the next response to this kind of request. */
  cutResponse(apiKey: number): void {
    this.rules.push({ apiKey, times: 1, share: 0.5 });
  }

  /** Requests of this kind stay here until `release`; others pass. */
  holdRequests(apiKey: number): void {
    this.heldKey = apiKey;
  }

  /** How many requests are being held. */
  get holding(): number {
    return this.held.length;
  }

  release(): void {
    this.heldKey = undefined;
    for (const pass of this.held.splice(0)) pass();
  }

  /** Cuts every connection and refuses new ones until `up`. */
  down(): void {
    this.refusing = true;
    for (const socket of this.sockets) socket.destroy();
  }

  up(): void {
    this.refusing = this.frozen = false;
  }

  /** Connections stay open and nothing passes any more, as with a broken cable. `up` lets new ones pass. */
  freeze(): void {
    this.frozen = true;
  }

  async close(): Promise<void> {
    this.down();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private relay(client: Socket): void {
    if (this.refusing) {
      client.destroy();
      return;
    }
    const broker = connect({ host: this.host, port: this.brokerPort });
    const toDrop = new Map<number, number>();
    const cut = () => {
      client.destroy();
      broker.destroy();
    };
    for (const socket of [client, broker]) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => {
        this.sockets.delete(socket);
        cut();
      });
    }
    const requests = frames((frame) => {
      if (this.frozen) return;
      const key = frame.readInt16BE(4);
      this.seen.set(key, this.requests(key) + 1);
      const rule = this.rules.find(({ apiKey, times }) => apiKey === key && times > 0);
      if (rule) {
        rule.times--;
        toDrop.set(frame.readInt32BE(8), rule.share);
      }
      if (key === this.heldKey) this.held.push(() => broker.write(frame));
      else broker.write(frame);
    });
    const responses = frames((frame) => {
      if (this.frozen) return;
      const share = toDrop.get(frame.readInt32BE(4));
      if (share !== undefined) {
        this.dropped++;
        // What was written is sent before the end of the stream.
        client.end(frame.subarray(0, Math.floor(frame.length * share)));
        broker.destroy();
      } else {
        this.bytesPassed += frame.length;
        client.write(frame);
      }
    });
    client.on('data', requests);
    broker.on('data', responses);
  }
}

/** Cuts a stream into Kafka's frames: four bytes of length, then so many bytes. */
function frames(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let buffered: Buffer = Buffer.alloc(0);
  return (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE(0)) {
      const end = 4 + buffered.readInt32BE(0);
      const frame = buffered.subarray(0, end);
      buffered = buffered.subarray(end);
      onFrame(frame);
    }
  };
}
