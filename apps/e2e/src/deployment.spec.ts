import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { chartRules } from './testing/chart-rules.js';
import { chartTopics } from './testing/chart-topics.js';
import { nodeFlags } from './testing/node-flags.js';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

it('the chart makes topics as the services would', () => {
  expect(JSON.parse(read('deploy/helm/posthorn/files/topics.json'))).toEqual(chartTopics());
});

it('the chart has the alerts, each about its release (npm run config:docs makes them)', () => {
  expect(read('deploy/helm/posthorn/files/posthorn.rules.yml')).toBe(
    chartRules(read('deploy/prometheus/posthorn.rules.yml')),
  );
});

it('the chart gives rights on topics that exist, and each is written and read by somebody', () => {
  type Rights = { reads: string[]; writes: string[] };
  const access = Object.values(
    JSON.parse(read('deploy/helm/posthorn/files/access.json')) as Record<string, Rights>,
  );
  const names = chartTopics().map(({ name }) => name);
  const [reads, writes] = [access.flatMap((one) => one.reads), access.flatMap((one) => one.writes)];
  for (const name of [...reads, ...writes]) expect(names).toContain(name);
  // Publishers write to the inbox; people read what was rejected.
  expect(names.filter((name) => !writes.includes(name))).toEqual(['inbox.v1']);
  expect(names.filter((name) => !reads.includes(name))).toEqual(['rejected.v1']);
});

it('the chart lets every reader of whole topics have its groups', () => {
  const access = JSON.parse(read('deploy/helm/posthorn/files/access.json')) as Record<
    string,
    { readers: string[] }
  >;
  const asked = Object.keys(access).map((service) => {
    const folder = join(root, 'apps', service, 'src');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.includes('testing'))
      .map((file) => readFileSync(join(folder, file), 'utf8'));
    const groups = sources.flatMap((text) => [
      ...text.matchAll(/new LogReader\([^)]*?groupId: '([a-z-]+)'/g),
    ]);
    return [service, groups.map(([, group]) => `${group}-`).sort()];
  });
  expect(asked).toEqual(
    Object.entries(access).map(([service, { readers }]) => [service, [...readers].sort()]),
  );
});

it('images start Node as everything else does', () => {
  const [, entrypoint] = /^ENTRYPOINT (\[.*\])$/m.exec(read('Dockerfile'))!;
  expect(JSON.parse(entrypoint!)).toEqual(['node', ...nodeFlags, '--enable-source-maps']);
});

describe('docker-compose.yml gives each service the keys that it asks for, and no others', () => {
  type Service = { environment?: Record<string, unknown>; volumes?: string[] };
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, Service>;
  };
  const [, given] = /^const given = (\{[\s\S]*?^\});/m.exec(read('deploy/compose/setup.mjs'))!;
  const files = new Map(
    [...given!.matchAll(/^ {2}'?([a-z-]+)'?: \{([^}]*)\}/gm)].map(([, service, map]) => [
      service!,
      [...map!.matchAll(/: '([a-z-]+)'/g)].map(([, file]) => file!),
    ]),
  );
  const keys = ({ volumes = [] }: Service) =>
    volumes.filter((volume) => /:\/run\/posthorn(:ro)?$/.test(volume)).join(' ');

  it.each(['subscription-api', 'event-ingest', 'delivery-log', 'dispatcher', 'retry-scheduler'])(
    '%s',
    (name) => {
      const service = services[name]!;
      const asked = Object.values(service.environment ?? {}).filter((value) =>
        String(value).startsWith('/run/posthorn/'),
      );
      const own = files.get(name) ?? [];
      expect(asked.sort()).toEqual(own.map((file) => `/run/posthorn/${file}`).sort());
      expect(keys(service)).toBe(own.length > 0 ? `keys-${name}:/run/posthorn:ro` : '');
    },
  );
});

/** Where the reverse proxy of docker-compose.yml leads a path: the first rule that fits, as nginx does it. */
function behindProxy(path: string): string {
  const [, rules] = /map \$request_uri \$upstream \{([^}]*)\}/.exec(read('deploy/proxy/nginx.conf'))!;
  const lines = rules!.split('\n').map((line) => line.trim().replace(/;$/, '').split(' '));
  const found = lines.find(([rule]) => rule?.startsWith('~') && new RegExp(rule.slice(1)).test(path));
  const chosen = found ?? lines.find(([rule]) => rule === 'default');
  return new URL(chosen![1]!).hostname;
}

/** The same for the chart's ingress: the controller tries longer paths first, and does not see the query. */
function behindIngress(path: string): string {
  const text = read('deploy/helm/posthorn/templates/ingress.yaml');
  const backend = /- path: (\S+)\n.*\n.*name: \{\{ \$name \}\}-(?:\{\{ ternary "standalone" ")?([a-z-]+)/g;
  const rules = [...text.matchAll(backend)].sort(([, a], [, b]) => b!.length - a!.length);
  const found = rules.find(([, rule]) => new RegExp(`^${rule}`).test(path.split('?')[0]!));
  return found?.[2] ?? 'subscription-api';
}

describe.each([
  ['the proxy', behindProxy],
  ['the ingress', behindIngress],
])('%s routes', (_name, behind) => {
  it.each([
    ['/v1/events', 'event-ingest'],
    ['/v1/tenants/t/events', 'delivery-log'],
    ['/v1/tenants/t/events?type=a', 'delivery-log'],
    ['/v1/tenants/t/events/evt_1', 'delivery-log'],
    ['/v1/tenants/t/events/export?format=csv', 'delivery-log'],
    ['/v1/tenants/a%2Fb/deliveries/dlv_1/retry', 'delivery-log'],
    ['/v1/tenants/t/waiting', 'delivery-log'],
    ['/v1/tenants/t/stats?step=hour', 'delivery-log'],
    ['/v1/tenants/t/replays/r1/cancel', 'delivery-log'],
    ['/v1/tenants/t/stream', 'delivery-log'],
    ['/v1/tenants/t/erasures', 'delivery-log'],
    ['/v1/tenants/t/subscriptions/s/poll?cursor=x', 'delivery-log'],
    ['/health/delivery-log', 'delivery-log'],
    ['/v1/tenants/t/subscriptions/s', 'subscription-api'],
    ['/v1/tenants/t/subscriptions/s/retry', 'subscription-api'],
    ['/v1/tenants/t/event-types', 'subscription-api'],
    ['/v1/tenants/events', 'subscription-api'],
    ['/v1/tenants?next=/v1/events', 'subscription-api'],
    ['/api/vendor/webhooks', 'subscription-api'],
    ['/', 'subscription-api'],
  ])('%s to %s', (path, service) => {
    expect(behind(path)).toBe(service);
  });
});

describe('bodies are let through as far as the services take them', () => {
  const [, events] = /bodyMaxBytes = (\d+) \* 1024 \* 1024;/.exec(
    read('apps/event-ingest/src/publish-route.ts'),
  )!;
  const [, others] = /bodyMaxBytes = (\d+) \* 1024 \}/.exec(read('libs/runtime/src/service.ts'))!;

  it('by the proxy, which keeps none of them', () => {
    const nginx = read('deploy/proxy/nginx.conf');
    const server = /^ {4}client_max_body_size (\w+);/m.exec(nginx);
    const publishing = /location = \/v1\/events \{\n +client_max_body_size (\w+);/.exec(nginx);
    expect([server?.[1], publishing?.[1]]).toEqual([`${others}k`, `${events}m`]);
    expect(nginx).toMatch(/^ {4}proxy_request_buffering off;\n {4}proxy_max_temp_file_size 0;/m);
  });

  it('by the ingress, with the limits of the proxy', () => {
    const { ingress } = parse(read('deploy/helm/posthorn/values.yaml')) as {
      ingress: Record<'annotations' | 'eventsAnnotations', Record<string, string>>;
    };
    const nginx = read('deploy/proxy/nginx.conf');
    const rate = (zone: string) => new RegExp(`zone=${zone}:10m rate=(\\d+)r/s`).exec(nginx)?.[1];
    const set = (of: keyof typeof ingress, name: string) =>
      ingress[of][`nginx.ingress.kubernetes.io/${name}`];
    expect(set('annotations', 'proxy-body-size')).toBe(`${others}k`);
    expect(set('annotations', 'limit-rps')).toBe(rate('address'));
    expect(set('annotations', 'limit-connections')).toBe(/limit_conn requests (\d+);/.exec(nginx)?.[1]);
    expect(set('eventsAnnotations', 'proxy-body-size')).toBe(`${events}m`);
    expect(set('eventsAnnotations', 'limit-rps')).toBe(rate('publisher'));
  });
});
