import { Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { useLanguage } from '../../i18n/i18n';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { SecretText } from '../../ui/SecretText';
import { timeText } from '../../ui/time-text';
import { useTimes } from '../../ui/times';
import { RoleSelect } from './AddUser';

const minuteS = 60;
const usableMinutes = [15, 60, 1_440, 10_080];

/** For a vendor: into the portal of this tenant, once and for a while. What is behind # no server logs. */
export function PortalLink() {
  const { t, locale } = useLanguage();
  const { isUtc } = useTimes();
  const tenantId = useTenantId();
  const [role, setRole] = useState('tenant-viewer');
  const [minutes, setMinutes] = useState('15');
  const make = useMutation({
    mutationFn: () =>
      call('post', '/v1/tenants/{tenantId}/portal-links', {
        path: { tenantId },
        body: { role, expiresInS: Number(minutes) * minuteS },
      }),
  });
  return (
    <Paper withBorder p="md" mt="md">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t('users.link')}
        </Title>
        <Text size="sm">{t('users.linkText')}</Text>
        <Group align="end">
          <RoleSelect value={role} onChange={setRole} />
          <Select
            label={t('users.linkUsable')}
            allowDeselect={false}
            data={usableMinutes.map((n) => ({
              value: String(n),
              label: t(`users.linkFor.${n}` as 'users.linkFor.15'),
            }))}
            value={minutes}
            onChange={(value) => setMinutes(value ?? '15')}
          />
          <Button loading={make.isPending} onClick={() => make.mutate()}>
            {t('users.linkMake')}
          </Button>
        </Group>
        <ErrorNote error={make.error} />
        {make.data && (
          <>
            <Text size="sm" role="status">
              {t('users.linkOnce', { at: timeText(make.data.expiresAt, { locale, isUtc }) })}
            </Text>
            <SecretText
              value={`${window.location.origin}/link#${encodeURIComponent(make.data.token)}`}
              label={t('users.link')}
            />
          </>
        )}
      </Stack>
    </Paper>
  );
}
