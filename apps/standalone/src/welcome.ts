import type { DemoTenant } from '@posthorn/subscription-api';

/** What a first start prints: the demo tenants' keys, this once, and commands to try with a receiver. */
export function welcome(url: string, tenants: readonly DemoTenant[], receiver: string): string {
  if (tenants.length === 0) return '';
  const lines = ['', 'Two demo tenants were made. Their keys are shown this once:'];
  for (const { tenantId, profile, key } of tenants) lines.push(`  ${profile.padEnd(9)} ${tenantId}  ${key}`);
  const vendor = tenants.find(({ profile }) => profile === 'brutlers');
  if (vendor) lines.push('', ...firstWebhook(url, vendor, receiver));
  return `${lines.join('\n')}\n`;
}

function firstWebhook(url: string, { tenantId, key }: DemoTenant, receiver: string): string[] {
  const event = {
    tenantId,
    type: 'order.created',
    entity: { name: 'order', id: 'o-1' },
    timestamp: new Date().toISOString(),
    data: { id: 'o-1', total: 12.5 },
  };
  return [
    'Register a webhook, publish an event, and see what became of it:',
    `  curl -X POST ${url}/api/vendor/webhooks -H 'X-Api-Key: ${key}' -H 'Content-Type: application/json' \\`,
    `       -d '{"url":"${receiver}","events":["order.created"]}'`,
    `  curl -X POST ${url}/v1/events -H 'X-Api-Key: ${key}' -H 'Content-Type: application/json' \\`,
    `       -d '${JSON.stringify(event)}'`,
    `  curl -H 'X-Api-Key: ${key}' ${url}/v1/tenants/${encodeURIComponent(tenantId)}/deliveries`,
    '',
  ];
}
