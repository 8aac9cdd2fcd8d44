import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SubscriptionLedger } from './ledger.js';
import { numberOf } from './plan.js';
import type { Reply, Script } from './script.js';

const bodyMaxBytes = 64 * 1024;

/** One receiver on an origin of its own. What it sees goes to the ledger before anything is answered. */
export class Receiver {
  private readonly server: Server;
  /** Where its requests are entered; before that it only answers (verification of a webhook). */
  ledger: SubscriptionLedger | undefined;
  /** Hears of every event that is taken again. */
  onRepeat: ((n: number, attempt: number, afterMs: number) => void) | undefined;
  /** From now on everything but marked events is taken. */
  calm = false;
  strange = 0;

  private constructor(
    readonly script: Script,
    private readonly elapsedMs: () => number,
  ) {
    this.server = createServer((request, response) => void this.handle(request, response));
    // A keep-alive connection that we close under the sender would count as its failure.
    this.server.keepAliveTimeout = 120_000;
  }

  static async start(script: Script, elapsedMs: () => number): Promise<Receiver> {
    const receiver = new Receiver(script, elapsedMs);
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request).catch(() => undefined);
    if (body === undefined) return; // the sender was killed in the middle of its request
    if (request.method !== 'POST' || request.url !== '/hook' || !this.ledger) {
      // A redirect that was followed ends here, too.
      if (request.method !== 'HEAD') this.strange++;
      response.writeHead(200).end();
      return;
    }
    const n = numberOf((JSON.parse(body) as { timestamp: string }).timestamp);
    const attempt = Number(request.headers['webhook-attempt']);
    this.ledger.arrived(n, String(request.headers['webhook-id']));
    this.answer(response, n, attempt);
  }

  private answer(response: ServerResponse, n: number, attempt: number): void {
    const reply = this.replyTo(n, attempt);
    if (reply.kind === 'silence') return;
    if (reply.kind === 'hang-up') {
      response.destroy();
      return;
    }
    // Whoever is gone cannot take it for an answer.
    if (response.destroyed) return;
    if (reply.status < 300) this.take(n, attempt);
    else this.ledger!.refused(n, attempt);
    response.writeHead(reply.status, reply.headers).end();
  }

  private take(n: number, attempt: number): void {
    const atMs = performance.now();
    const beforeMs = this.ledger!.took(n, atMs);
    if (beforeMs !== undefined) this.onRepeat?.(n, attempt, atMs - beforeMs);
  }

  private replyTo(n: number, attempt: number): Reply {
    if (this.calm && !this.script.attemptsInVain(n)) return { kind: 'status', status: 200 };
    return this.script.reply({ n, attempt, elapsedMs: this.elapsedMs() });
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > bodyMaxBytes) throw new Error('too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
