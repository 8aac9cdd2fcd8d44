import { Controller, Get, Module, Req } from '@nestjs/common';
import type { ServiceRequest } from './http.js';
import { createLogger } from './logging.js';
import { startService } from './service.js';
import { CommonSettings, loadSettings } from './settings.js';

@Controller('me')
class MeController {
  @Get()
  address(@Req() { ip }: ServiceRequest): object {
    return { ip };
  }
}

@Module({ controllers: [MeController] })
class MeModule {}

/** What the service takes for the caller's address, and what it logs. */
async function seen(trusted: string, forwarded?: string): Promise<unknown[]> {
  const lines: { address?: string }[] = [];
  const env = { KAFKA_BROKERS: 'unused:9092', POSTHORN_PORT: '0', POSTHORN_TRUSTED_PROXIES: trusted };
  const settings = loadSettings(CommonSettings, env);
  const write = (line: string) => void lines.push(JSON.parse(line) as object);
  const logger = createLogger(settings, 'me', { write });
  const service = await startService({ name: 'me', module: MeModule, settings, logger, ownsProcess: false });
  try {
    const headers: Record<string, string> = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    const { ip } = (await (await fetch(`${service.url}/me`, { headers })).json()) as { ip: string };
    return [ip, lines.find(({ address }) => address)?.address];
  } finally {
    await service.stop();
  }
}

it.each([
  ['nobody is trusted: what is forwarded is made up', '', '203.0.113.9', '127.0.0.1'],
  ['another proxy is trusted', '10.0.0.0/8', '203.0.113.9', '127.0.0.1'],
  ['the proxy is trusted', '127.0.0.1', '203.0.113.9', '203.0.113.9'],
  ['the network of the proxy is trusted', '10.0.0.0/8, 127.0.0.0/8', '2001:db8::7', '2001:db8::7'],
  ['only what a trusted one wrote counts', '127.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
  ['a proxy before the proxy', '127.0.0.1,10.0.0.1', '198.51.100.1, 203.0.113.9, 10.0.0.1', '203.0.113.9'],
  ['the proxy says nothing', '127.0.0.1', undefined, '127.0.0.1'],
])('%s', async (_, trusted, forwarded, expected) => {
  expect(await seen(trusted, forwarded)).toEqual([expected, expected]);
});

it.each(['loopback', '10.0.0.0/33', '10.0.0.0/0', '::/0', '10.0.0.0/8/8', 'proxy.example'])(
  'does not start with %s',
  (text) => {
    const env = { KAFKA_BROKERS: 'unused:9092', POSTHORN_TRUSTED_PROXIES: text };
    expect(() => loadSettings(CommonSettings, env)).toThrow(
      `POSTHORN_TRUSTED_PROXIES "${text}" is no address or network in CIDR notation`,
    );
  },
);
