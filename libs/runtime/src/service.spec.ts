import { connect } from 'node:net';
import { Body, Controller, Get, HttpCode, HttpException, Module, Post, Req } from '@nestjs/common';
import { IsString } from 'class-validator';
import { storedExpression } from './expression.js';
import { HealthRegistry } from './health.js';
import type { ServiceRequest } from './http.js';
import { createLogger } from './logging.js';
import { AppError } from './problem.js';
import { startService, type Service } from './service.js';
import { CommonSettings, SettingsError } from './settings.js';
import { validate } from './validation.js';

class Input {
  @IsString() name!: string;
}

@Controller('things')
class ThingsController {
  @Post()
  @HttpCode(200)
  echo(@Req() request: ServiceRequest, @Body() body: unknown): object {
    request.logFields = { tenantId: 'vendor-17' };
    return { name: validate(Input, body).name, raw: request.rawBody?.toString('base64') };
  }

  @Get('limited')
  limited(): never {
    throw new AppError('too-many-requests', 'Slow down.', { retryAfterS: 1.2, headers: { 'x-limit': '5' } });
  }

  @Get('broken')
  broken(): never {
    throw new Error('the password is hunter2');
  }

  @Get('teapot')
  teapot(): never {
    throw new HttpException('short and stout', 418);
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

const lines: Record<string, unknown>[] = [];
const logger = createLogger({ logLevel: 'debug' }, 'things', {
  write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
});
let service: Service;
const settings = Object.assign(new CommonSettings(), { port: 0 });

beforeAll(async () => {
  const options = { name: 'things', module: ThingsModule, settings, logger, ownsProcess: false };
  service = await startService({ ...options, bodyMaxBytes: 1_000 });
});

afterAll(() => service.stop());

const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${service.url}${path}`, init);
const post = (body: string | Buffer, type = 'application/json'): Promise<Response> =>
  call('/things', { method: 'POST', body: body as string, headers: { 'content-type': type } });

describe('a service', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'application/cloudevents+json'])(
    'reads %s and keeps its bytes',
    async (type) => {
      const body = '{ "name":\t"ä\\u00e4" }';
      const response = await post(body, type);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ name: 'ää', raw: Buffer.from(body).toString('base64') });
    },
  );

  it.each([
    ['broken JSON', () => post('{"name":'), 400, 'malformed-json'],
    ['an empty body', () => post(''), 400, 'malformed-json'],
    ['bytes that are not UTF-8', () => post(Buffer.from([0x22, 0xff, 0x22])), 400, 'malformed-json'],
    ['a field too many', () => post('{"name":"x","more":1}'), 422, 'invalid'],
    ['a body too large', () => post(`{"name":"${'x'.repeat(1_000)}"}`), 413, 'too-large'],
    [
      'another media type',
      () => post('name=x', 'application/x-www-form-urlencoded'),
      415,
      'unsupported-media-type',
    ],
    ['a text', () => post('{"name":"x"}', 'text/plain'), 415, 'unsupported-media-type'],
    ['an unknown path', () => call('/nowhere?key=hunter2'), 404, 'not-found'],
    ['a path that cannot be decoded', () => call('/things/%zz'), 400, 'bad-request'],
    ['our own limit', () => call('/things/limited'), 429, 'too-many-requests'],
    ['an error of ours', () => call('/things/broken'), 500, 'internal'],
    ['an odd status', () => call('/things/teapot'), 400, 'bad-request'],
  ])('answers %s with a problem', async (_name, request, status, code) => {
    const response = await request();
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    const problem = (await response.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({ code, status, type: `urn:posthorn:problem:${code}` });
    expect(problem['title']).toEqual(expect.any(String));
    expect(problem['requestId']).toEqual(expect.any(String));
    expect(JSON.stringify(problem)).not.toContain('hunter2');
  });

  it('says when to come back', async () => {
    const response = await call('/things/limited');
    expect(response.headers.get('retry-after')).toBe('2');
    expect(response.headers.get('x-limit')).toBe('5');
  });

  it('logs a stored expression that it cannot use', () => {
    storedExpression('nope == 2');
    const line = lines.find(({ msg }) => msg === 'an expression cannot be used; it matches nothing');
    expect(line).toMatchObject({ level: 'error', expression: 'nope == 2' });
  });

  it('logs the cause of a 500 with the id that the caller was given', async () => {
    const response = await call('/things/broken', { headers: { 'x-request-id': 'mine-1' } });
    expect(await response.json()).toMatchObject({
      requestId: 'mine-1',
      detail: 'Something went wrong on our side.',
    });
    expect(response.headers.get('x-request-id')).toBe('mine-1');
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        requestId: 'mine-1',
        err: expect.objectContaining({ type: 'Error' }),
      }),
    );
  });

  it('takes no odd request id', async () => {
    const response = await call('/health/live', { headers: { 'x-request-id': 'a b\tc' } });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('writes one line per request, without the query', async () => {
    await call('/things?x=1', {
      method: 'POST',
      body: '{"name":"x"}',
      headers: {
        'content-type': 'application/json',
        'x-request-id': 'line-1',
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      },
    });
    const found = lines.filter(({ requestId }) => requestId === 'line-1');
    expect(found).toEqual([
      expect.objectContaining({
        level: 'info',
        method: 'POST',
        path: '/things',
        route: '/things',
        status: 200,
        requestBytes: 12,
        tenantId: 'vendor-17',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      }),
    ]);
  });

  it('sets the headers of helmet', async () => {
    const response = await call('/health/live');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('strict-transport-security')).toContain('max-age');
  });

  it('is ready when every check says so, and names the one that does not', async () => {
    const health = service.app.get(HealthRegistry);
    expect(await (await call('/health/ready')).json()).toEqual({ status: 'ok', checks: { process: 'ok' } });
    health.ready('things.kafka', () => 'not joined');
    health.ready('things.slow', () => Promise.reject(new Error('no answer')));
    const response = await call('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      status: 'unavailable',
      checks: { process: 'ok', 'things.kafka': 'not joined', 'things.slow': 'no answer' },
    });
    expect((await call('/health/live')).status).toBe(200);
    health.remove('things.kafka');
    health.remove('things.slow');
  });

  it('tells of what is watched, and is ready all the same', async () => {
    const health = service.app.get(HealthRegistry);
    health.watch('things.inbox', () => 'not joined');
    const response = await call('/health/ready');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: { process: 'ok', 'things.inbox': 'not joined' },
    });
    expect(await (await call('/metrics')).text()).toMatch(
      /posthorn_health_ratio\{[^}]*things\.inbox[^}]*\} 0/,
    );
    health.remove('things.inbox');
    expect(await (await call('/health/ready')).json()).toEqual({ status: 'ok', checks: { process: 'ok' } });
  });

  it('leaves it to the one line at the end to say which setting is wrong', async () => {
    const wrong = { provide: 'wrong', useFactory: () => Promise.reject(new SettingsError('X is wrong')) };
    @Module({ providers: [wrong] })
    class WrongModule {}
    const before = lines.length;
    const options = { name: 'wrong', module: WrongModule, settings, logger, ownsProcess: false };
    await expect(startService(options)).rejects.toThrow('X is wrong');
    expect(lines.slice(before).filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('says in one line that the port is taken', async () => {
    const port = Number(new URL(service.url).port);
    const second = startService({
      name: 'second',
      module: ThingsModule,
      settings: Object.assign(new CommonSettings(), { port }),
      logger,
      ownsProcess: false,
    });
    await expect(second).rejects.toThrow(`POSTHORN_PORT ${port}: the port is taken on 127.0.0.1`);
  });

  it('lets a request that is being answered finish before it stops', async () => {
    let finish!: () => void;
    let enter!: () => void;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const entered = new Promise<void>((resolve) => (enter = resolve));
    @Controller('slow')
    class SlowController {
      @Get()
      async slow(): Promise<object> {
        enter();
        await gate;
        return { done: true };
      }
    }
    @Module({ controllers: [SlowController] })
    class SlowModule {}
    const slow = await startService({
      name: 'slow',
      module: SlowModule,
      settings,
      logger,
      ownsProcess: false,
    });
    const answer = fetch(`${slow.url}/slow`);
    await entered;
    const stopped = slow.stop();
    finish();
    expect(await (await answer).json()).toEqual({ done: true });
    await stopped;
    await expect(fetch(`${slow.url}/slow`)).rejects.toThrow();
  });

  it('closes a connection whose header is too large', async () => {
    const { port } = new URL(service.url);
    const text = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`),
      );
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('close', () => resolve(received));
      socket.on('error', () => resolve(received));
    });
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
  });
});
