import { execFileSync } from 'node:child_process';
import { publishExample } from './example';

it('is a command that a shell takes as it is meant, whatever the tenant is called', () => {
  const tenantId = `O'Neill "& Söhne" $HOME`;
  const now = new Date('2026-11-28T10:00:00Z');
  const command = publishExample('https://hooks.example', { key: 'ph_k', tenantId, profile: 'brz365', now });
  const args = execFileSync('sh', ['-c', `curl() { printf '%s\\n' "$@"; }\n${command}`], {
    encoding: 'utf8',
  });
  const [url, , key, , type, , body] = args.trim().split('\n');
  expect([url, key, type]).toEqual([
    'https://hooks.example/v1/events',
    'X-Api-Key: ph_k',
    'Content-Type: application/json',
  ]);
  expect(JSON.parse(body!)).toEqual({
    ...{ tenantId, type: 'BusinessPartner.create', timestamp: now.toISOString(), data: {} },
    entity: { name: 'BusinessPartner', id: '1001' },
  });
});
