import { Button, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { Subscription } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useProfile, useTenantId } from '../../shell/tenant';
import { useCheckedForm } from '../../ui/checked-form';
import { ErrorNote } from '../../ui/ErrorNote';
import { FormModal } from '../../ui/FormModal';
import { HeaderValue } from '../../ui/HeaderValue';
import { SecretText } from '../../ui/SecretText';

const hourS = 3_600;
const overlaps = [24, 72, 168, 1];

/** A new secret, shown this once; the old one goes on for a while where the platform knows several. */
export function RotateSecret({ webhook, onClose }: { webhook: Subscription; onClose(): void }) {
  const t = useT();
  const tenantId = useTenantId();
  const profile = useProfile();
  const keepsOld = profile === 'standard' || profile === 'cloudevents';
  const [overlapS, setOverlap] = useState('86400');
  const [authorization, setAuthorization] = useState('');
  const isOwn = profile === 'brz365';
  const rotate = useMutation({
    mutationFn: () =>
      call('post', '/v1/tenants/{tenantId}/subscriptions/{id}/secrets', {
        path: { tenantId, id: webhook.id },
        body: { overlapS: Number(overlapS), ...(isOwn ? { auth: { authorization } } : {}) },
      }),
    onSuccess: ({ secret }) => {
      if (!secret) onClose();
    },
  });
  const form = useCheckedForm({
    fields: ['auth/authorization'],
    error: rotate.error,
    onValid: () => rotate.mutate(),
  });
  const secret = rotate.data?.secret;
  return (
    <FormModal
      title={t('secret.rotateTitle')}
      isHeld={rotate.isPending || secret !== undefined}
      onClose={onClose}
    >
      {secret ? (
        <Stack>
          <Text>{t('secret.once')}</Text>
          <SecretText value={secret} label={t('secret.title')} />
          <Button onClick={onClose}>{t('secret.done')}</Button>
        </Stack>
      ) : (
        <form {...form.props}>
          <Stack>
            {keepsOld ? (
              <Overlap value={overlapS} onChange={setOverlap} />
            ) : (
              <Text>{t('secret.atOnce')}</Text>
            )}
            {isOwn && (
              <HeaderValue
                required
                value={authorization}
                error={form.problemOf('auth/authorization')}
                onChange={setAuthorization}
              />
            )}
            <ErrorNote error={form.rest} />
            <Button type="submit" loading={rotate.isPending}>
              {isOwn ? t('common.save') : t('secret.rotate')}
            </Button>
          </Stack>
        </form>
      )}
    </FormModal>
  );
}

function Overlap({ value, onChange }: { value: string; onChange(value: string): void }) {
  const t = useT();
  return (
    <Select
      label={t('secret.overlap')}
      data={[
        ...overlaps.map((n) => ({ value: String(n * hourS), label: t('secret.overlapHours', { n }) })),
        { value: '0', label: t('secret.overlapNone') },
      ]}
      allowDeselect={false}
      value={value}
      onChange={(chosen) => onChange(chosen ?? '0')}
    />
  );
}
