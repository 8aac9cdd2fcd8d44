import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export type ReceivedSpan = {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startMs: number;
  endMs: number;
  failed: boolean;
  attributes: Record<string, string | number | boolean>;
  links: { traceId: string; spanId: string }[];
};

/** A real OTLP/HTTP receiver: takes what the exporters send, and decodes spans and names of metrics. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  readonly metrics = new Set<string>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const sent = Buffer.concat(chunks);
        const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
        if (request.url === '/v1/traces') this.spans.push(...spansOf(body));
        if (request.url === '/v1/metrics') for (const name of metricsOf(body)) this.metrics.add(name);
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
  }

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  of(traceId: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }
}

/** A protobuf message: by field number, its values as they come. */
class Message {
  private readonly fields = new Map<number, (Buffer | bigint)[]>();

  constructor(bytes: Buffer) {
    let at = 0;
    const varint = (): bigint => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++];
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    while (at < bytes.length) {
      const tag = Number(varint());
      const wire = tag & 7;
      let value: Buffer | bigint;
      if (wire === 0) value = varint();
      else {
        const length = wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4;
        value = bytes.subarray(at, at + length);
        at += length;
      }
      const known = this.fields.get(tag >> 3);
      if (known) known.push(value);
      else this.fields.set(tag >> 3, [value]);
    }
  }

  bytes(field: number): Buffer | undefined {
    return this.fields.get(field)?.[0] as Buffer | undefined;
  }

  text(field: number): string {
    return this.bytes(field)?.toString('utf8') ?? '';
  }

  hex(field: number): string {
    return this.bytes(field)?.toString('hex') ?? '';
  }

  number(field: number): number {
    return Number(this.fields.get(field)?.[0] ?? 0);
  }

  all(field: number): Message[] {
    return (this.fields.get(field) ?? []).map((bytes) => new Message(bytes as Buffer));
  }

  has(field: number): boolean {
    return this.fields.has(field);
  }
}

/** ExportTraceServiceRequest, by the field numbers of OpenTelemetry's protocol. */
function spansOf(body: Buffer): ReceivedSpan[] {
  return new Message(body).all(1).flatMap((resourceSpans) => {
    const [resource] = resourceSpans.all(1);
    const service = String(attributesOf(resource, 1)['service.name']);
    return resourceSpans.all(2).flatMap((scope) => scope.all(2).map((span) => spanOf(span, service)));
  });
}

function spanOf(span: Message, service: string): ReceivedSpan {
  return {
    service,
    traceId: span.hex(1),
    spanId: span.hex(2),
    parentSpanId: span.hex(4),
    name: span.text(5),
    kind: span.number(6),
    startMs: Number(span.bytes(7)!.readBigUInt64LE() / 1_000_000n),
    endMs: Number(span.bytes(8)!.readBigUInt64LE() / 1_000_000n),
    attributes: attributesOf(span, 9),
    links: span.all(13).map((link) => ({ traceId: link.hex(1), spanId: link.hex(2) })),
    failed: span.all(15).some((status) => status.number(3) === 2),
  };
}

function attributesOf(message: Message, field: number): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    message.all(field).map((attribute) => {
      const [value] = attribute.all(2);
      if (value.has(1)) return [attribute.text(1), value.text(1)];
      if (value.has(4)) return [attribute.text(1), value.bytes(4)!.readDoubleLE()];
      return [attribute.text(1), value.has(2) ? value.number(2) === 1 : value.number(3)];
    }),
  );
}

/** ExportMetricsServiceRequest. */
function metricsOf(body: Buffer): string[] {
  return new Message(body)
    .all(1)
    .flatMap((resource) => resource.all(2))
    .flatMap((scope) => scope.all(2))
    .map((metric) => metric.text(1));
}
