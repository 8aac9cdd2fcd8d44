import { Controller, Get, Inject, Module, Res } from '@nestjs/common';

/** `true`: fine. `false` or a sentence: not, and why. */
export type HealthAnswer = boolean | string;

type Check = () => HealthAnswer | Promise<HealthAnswer>;
type Report = { ok: boolean; checks: Record<string, 'ok' | string> };

const checkTimeoutMs = 2_000;

/**
 * What a process says about itself. Live: restart me if not. Ready: send me work. Watched: told beside
 * the ready checks, measured and alerted as they are, and no reason to send work elsewhere. What throws, or
 * takes longer than two seconds, counts as failed. While the process shuts down it is not ready, whatever
 * the checks say.
 */
export class HealthRegistry {
  private readonly liveChecks = new Map<string, Check>();
  private readonly readyChecks = new Map<string, Check>();
  private readonly watchedChecks = new Map<string, Check>();
  private draining = false;

  live(name: string, check: () => HealthAnswer): void {
    this.liveChecks.set(name, check);
  }

  ready(name: string, check: Check): void {
    this.readyChecks.set(name, check);
  }

  /** For trouble with one part of the work that leaves the rest of it as it is. */
  watch(name: string, check: Check): void {
    this.watchedChecks.set(name, check);
  }

  remove(name: string): void {
    this.liveChecks.delete(name);
    this.readyChecks.delete(name);
    this.watchedChecks.delete(name);
  }

  drain(): void {
    this.draining = true;
  }

  reportLive(): Promise<Report> {
    return report(this.liveChecks);
  }

  async reportReady(): Promise<Report> {
    const [{ ok, checks: ready }, { checks: watched }] = await Promise.all([
      report(this.readyChecks),
      report(this.watchedChecks),
    ]);
    const checks = { ...ready, ...watched };
    return this.draining ? { ok: false, checks: { ...checks, process: 'shutting down' } } : { ok, checks };
  }
}

async function report(checks: Map<string, Check>): Promise<Report> {
  const answers = await Promise.all(
    [...checks].map(async ([name, check]) => [name, await answerOf(check)] as const),
  );
  return { ok: answers.every(([, answer]) => answer === 'ok'), checks: Object.fromEntries(answers) };
}

async function answerOf(check: Check): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('no answer in time'), checkTimeoutMs);
    });
    const answer = await Promise.race([check(), late]);
    if (answer === true) return 'ok';
    return answer === false ? 'not ok' : answer;
  } catch (error) {
    return error instanceof Error ? error.message : 'failed';
  } finally {
    clearTimeout(timer);
  }
}

type Reply = { code(status: number): Reply; header(name: string, value: string): Reply };

@Controller('health')
export class HealthController {
  constructor(@Inject(HealthRegistry) private readonly registry: HealthRegistry) {}

  @Get('live')
  async live(@Res({ passthrough: true }) reply: Reply): Promise<object> {
    return answer(reply, await this.registry.reportLive());
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<object> {
    return answer(reply, await this.registry.reportReady());
  }
}

function answer(reply: Reply, { ok, checks }: Report): object {
  reply.code(ok ? 200 : 503).header('cache-control', 'no-store');
  return { status: ok ? 'ok' : 'unavailable', checks };
}

/** Needs a HealthRegistry in the injector: RuntimeModule gives it. */
@Module({ controllers: [HealthController] })
export class HealthModule {}
