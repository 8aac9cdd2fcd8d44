import { Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { useLanguage, type TextKey } from '../../i18n/i18n';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { FormModal } from '../../ui/FormModal';
import { SecretText } from '../../ui/SecretText';
import { timeText } from '../../ui/time-text';
import { useTimes } from '../../ui/times';
import { RoleSelect } from './AddUser';
import { linksKey } from './links';

const minuteS = 60;
const usableMinutes = [15, 60, 1_440, 10_080] as const;
/** Twelve hours is the longest a session lasts. */
const sessionMinutes = [15, 60, 240, 720] as const;

/** For a vendor: into the portal of this tenant, once and for a while. What is behind # no server logs. */
export function PortalLink() {
  const { t, locale } = useLanguage();
  const { isUtc } = useTimes();
  const tenantId = useTenantId();
  const [role, setRole] = useState('tenant-viewer');
  const [minutes, setMinutes] = useState('15');
  const [session, setSession] = useState('60');
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () =>
      call('post', '/v1/tenants/{tenantId}/portal-links', {
        path: { tenantId },
        body: { role, expiresInS: Number(minutes) * minuteS, sessionS: Number(session) * minuteS },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: linksKey(tenantId) }),
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
            data={usableMinutes.map((n) => ({ value: String(n), label: t(`users.linkFor.${n}`) }))}
            value={minutes}
            onChange={(value) => setMinutes(value ?? '15')}
          />
          <Select
            label={t('users.linkSession')}
            allowDeselect={false}
            data={sessionMinutes.map((n) => ({ value: String(n), label: t(`users.linkFor.${n}`) }))}
            value={session}
            onChange={(value) => setSession(value ?? '60')}
          />
          <Button loading={make.isPending} onClick={() => make.mutate()}>
            {t('users.linkMake')}
          </Button>
        </Group>
        <ErrorNote error={make.error} />
        {make.data && (
          <FormModal title={t('users.link')} size="lg" isHeld onClose={make.reset}>
            <Stack>
              <Text size="sm">
                {t('users.linkOnce', {
                  at: timeText(make.data.expiresAt, { locale, isUtc }),
                  session: t(`users.linkFor.${make.data.sessionS / minuteS}` as TextKey),
                })}
              </Text>
              <SecretText
                value={`${window.location.origin}/link#${encodeURIComponent(make.data.token)}`}
                label={t('users.link')}
              />
              <Button onClick={make.reset} data-autofocus>
                {t('secret.done')}
              </Button>
            </Stack>
          </FormModal>
        )}
      </Stack>
    </Paper>
  );
}
