import { Button, Checkbox, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { OnceModal } from '../../ui/OnceModal';
import { SecretText } from '../../ui/SecretText';

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
    <OnceModal title={t('keys.new')} isHeld={make.isPending || key !== undefined} onClose={onClose}>
      {key ? (
        <Stack>
          <Text>{t('keys.once')}</Text>
          <SecretText value={key} label={t('keys.new')} />
          <Button onClick={onClose}>{t('secret.done')}</Button>
        </Stack>
      ) : (
        <Form onMake={make.mutate} isPending={make.isPending} error={make.error} />
      )}
    </OnceModal>
  );
}

type KeyBody = { name: string; scopes: readonly Scope[]; expiresAt: string | null };
type FormProps = { onMake(body: KeyBody): void; isPending: boolean; error: unknown };

function Form({ onMake, isPending, error }: FormProps) {
  const t = useT();
  const [name, setName] = useState('');
  const [chosen, choose] = useState<readonly Scope[]>(['read']);
  const [lasts, setLasts] = useState('0');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const expiresAt = lasts === '0' ? null : new Date(Date.now() + Number(lasts) * dayMs).toISOString();
        onMake({ name, scopes: chosen, expiresAt });
      }}
    >
      <Stack>
        <TextInput
          label={t('common.name')}
          required
          maxLength={200}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ScopeChoice chosen={chosen} onChoose={choose} />
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
        <ErrorNote error={error} />
        <Button type="submit" loading={isPending} disabled={chosen.length === 0}>
          {t('common.create')}
        </Button>
      </Stack>
    </form>
  );
}

type ScopeProps = { chosen: readonly Scope[]; onChoose(scopes: readonly Scope[]): void };

function ScopeChoice({ chosen, onChoose }: ScopeProps) {
  const t = useT();
  const { session } = useSession();
  const mine = scopes.filter((scope) => session?.scopes.includes(scope));
  return (
    <Checkbox.Group
      label={t('keys.scopes')}
      description={mine.includes('publish') ? undefined : t('keys.noPublish')}
      required
      value={[...chosen]}
      onChange={(values) => onChoose(scopes.filter((scope) => values.includes(scope)))}
    >
      <Stack gap="xs" mt="xs">
        {mine.map((scope) => (
          <Checkbox key={scope} value={scope} label={t(`keys.${scope}`)} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
