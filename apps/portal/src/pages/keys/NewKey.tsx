import { Button, Checkbox, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { useProfile, useTenantId } from '../../shell/tenant';
import { useCheckedForm } from '../../ui/checked-form';
import { ErrorNote } from '../../ui/ErrorNote';
import { FormModal } from '../../ui/FormModal';
import { SecretText } from '../../ui/SecretText';
import { publishExample } from './example';

const scopes = ['publish', 'read', 'manage'] as const;
type Scope = (typeof scopes)[number];
const days = [30, 90, 365];
const dayMs = 24 * 3_600_000;

/** A key of the scopes that the caller has himself; its text is shown this once. */
export function NewKey({ onClose }: { onClose(): void }) {
  const t = useT();
  const tenantId = useTenantId();
  const make = useMutation({
    mutationFn: (body: KeyBody) => call('post', '/v1/tenants/{tenantId}/keys', { path: { tenantId }, body }),
  });
  const key = make.data?.key;
  return (
    <FormModal title={t('keys.new')} size="lg" isHeld={make.isPending || key !== undefined} onClose={onClose}>
      {key ? (
        <Stack>
          <Text>{t('keys.once')}</Text>
          <SecretText value={key} label={t('keys.new')} />
          {make.data?.scopes.includes('publish') && <PublishExample apiKey={key} />}
          <Button onClick={onClose}>{t('secret.done')}</Button>
        </Stack>
      ) : (
        <Form onMake={make.mutate} isPending={make.isPending} error={make.error} />
      )}
    </FormModal>
  );
}

/** The key is at hand now: what it is for can be tried at once. */
function PublishExample({ apiKey }: { apiKey: string }) {
  const t = useT();
  const tenantId = useTenantId();
  const profile = useProfile();
  const [now] = useState(() => new Date());
  const command = publishExample(window.location.origin, { key: apiKey, tenantId, profile, now });
  return (
    <>
      <Text size="sm">{t('keys.example')}</Text>
      <SecretText value={command} label={t('keys.exampleLabel')} />
    </>
  );
}

type KeyBody = { name: string; scopes: readonly Scope[]; expiresAt: string | null };
type FormProps = { onMake(body: KeyBody): void; isPending: boolean; error: unknown };

function Form({ onMake, isPending, error }: FormProps) {
  const t = useT();
  const [name, setName] = useState('');
  const [chosen, choose] = useState<readonly Scope[]>(['read']);
  const [lasts, setLasts] = useState('0');
  const [isLacking, setLacking] = useState(false);
  const form = useCheckedForm({
    fields: ['name', 'scopes', 'expiresAt'],
    error,
    onValid: () => {
      setLacking(chosen.length === 0);
      if (chosen.length === 0) return;
      const expiresAt = lasts === '0' ? null : new Date(Date.now() + Number(lasts) * dayMs).toISOString();
      onMake({ name, scopes: chosen, expiresAt });
    },
  });
  return (
    <form {...form.props}>
      <Stack>
        <TextInput
          label={t('common.name')}
          name="name"
          error={form.problemOf('name')}
          required
          maxLength={200}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ScopeChoice
          chosen={chosen}
          error={isLacking && chosen.length === 0 ? t('keys.noScope') : undefined}
          onChoose={choose}
        />
        <Select
          label={t('keys.expires')}
          allowDeselect={false}
          data={[
            { value: '0', label: t('time.never') },
            ...days.map((n) => ({ value: String(n), label: t('keys.inDays', { n }) })),
          ]}
          value={lasts}
          onChange={(value) => setLasts(value ?? '0')}
        />
        <ErrorNote error={form.rest} />
        <Button type="submit" loading={isPending}>
          {t('common.create')}
        </Button>
      </Stack>
    </form>
  );
}

type ScopeProps = {
  chosen: readonly Scope[];
  error: string | undefined;
  onChoose(scopes: readonly Scope[]): void;
};

function ScopeChoice({ chosen, error, onChoose }: ScopeProps) {
  const t = useT();
  const { session, isOperator } = useSession();
  const mine = scopes.filter(
    (scope) => session?.scopes.includes(scope) || (isOperator && scope === 'publish'),
  );
  return (
    <Checkbox.Group
      label={t('keys.scopes')}
      description={mine.includes('publish') ? undefined : t('keys.noPublish')}
      required
      error={error}
      value={[...chosen]}
      onChange={(values) => onChoose(scopes.filter((scope) => values.includes(scope)))}
    >
      <Stack gap="xs" mt="xs">
        {mine.map((scope) => (
          <Checkbox
            key={scope}
            value={scope}
            label={t(`keys.${scope}`)}
            description={t(`keys.${scope}Means`)}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
