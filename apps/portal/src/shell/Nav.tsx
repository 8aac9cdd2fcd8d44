import { Group, NavLink, ScrollArea, Stack } from '@mantine/core';
import { Link, useLocation } from 'react-router';
import { useT, type TextKey } from '../i18n/i18n';
import { useDevReceiver } from '../pages/receiver/receiver';
import { Clip } from '../ui/Clip';
import { RenameTenant } from './RenameTenant';
import { useSession } from './session';
import { useMenuTenant } from './tenant';

const tenantLinks: [to: string, text: TextKey][] = [
  ['webhooks', 'nav.webhooks'],
  ['deliveries', 'nav.deliveries'],
  ['events', 'nav.events'],
  ['replays', 'nav.replays'],
  ['event-types', 'nav.eventTypes'],
  ['keys', 'nav.keys'],
  ['users', 'nav.users'],
  ['audit', 'nav.audit'],
];

/** The pages there are for whoever is logged in, in the tenant that is looked at. */
export function Nav() {
  const t = useT();
  const { session, isOperator, canManage } = useSession();
  const { data: tenant } = useMenuTenant();
  const hasReceiver = useDevReceiver().data !== undefined;
  const tenantId = tenant?.id ?? session?.tenantId ?? undefined;
  return (
    <ScrollArea component="nav" aria-label={t('nav.label')} type="auto">
      {isOperator && (
        <Stack gap={2} mb="sm">
          <Entry to="/tenants" text={t('nav.overview')} />
          <Entry to="/operators" text={t('nav.operators')} />
        </Stack>
      )}
      {tenantId && (
        <Stack gap={2}>
          <Group px="sm" pt="xs" gap={4} wrap="nowrap" justify="space-between">
            <Clip
              text={tenant?.name ?? tenantId}
              c="dimmed"
              title={tenant ? `${tenant.name} (${tenantId})` : tenantId}
            />
            {tenant && canManage && <RenameTenant tenant={tenant} />}
          </Group>
          {tenantLinks.map(([to, text]) => (
            <Entry key={to} to={`/t/${encodeURIComponent(tenantId)}/${to}`} text={t(text)} />
          ))}
        </Stack>
      )}
      {hasReceiver && (
        <Stack gap={2} mt="sm">
          <Entry to="/dev/receiver" text={t('nav.receiver')} />
        </Stack>
      )}
    </ScrollArea>
  );
}

function Entry({ to, text }: { to: string; text: string }) {
  const { pathname } = useLocation();
  const isHere = pathname === to || pathname.startsWith(`${to}/`);
  return (
    <NavLink
      component={Link}
      to={to}
      label={text}
      active={isHere}
      variant="filled"
      aria-current={isHere ? 'page' : undefined}
      style={{ borderRadius: 'var(--mantine-radius-md)' }}
    />
  );
}
