import { Button, Checkbox, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { SecretText } from '../../ui/SecretText';

const scopes = ['publish', 'read', 'manage'] as const;
type Scope = (typeof scopes)[number];
const days = [30, 90, 365];
const dayMs = 24 * 3_600_000;

/** A key of the scopes that the caller has himself; its text is shown this once. */
export function NewKey({ onClose }: { onClose(): void }) {
  const t = useT();
  const [key, setKey] = useState<string>();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('keys.new')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      {key ? (
        <Stack>
          <Text>{t('keys.once')}</Text>
          <SecretText value={key} label={t('keys.new')} />
          <Button onClick={onClose}>{t('secret.done')}</Button>
        </Stack>
      ) : (
        <Form onMade={setKey} />
      )}
    </Modal>
  );
}

function Form({ onMade }: { onMade(key: string): void }) {
  const t = useT();
  const tenantId = useTenantId();
  const [name, setName] = useState('');
  const [chosen, choose] = useState<readonly Scope[]>(['read']);
  const [lasts, setLasts] = useState('0');
  const make = useMutation({
    mutationFn: () => {
      const expiresAt = lasts === '0' ? null : new Date(Date.now() + Number(lasts) * dayMs).toISOString();
      const body = { name, scopes: chosen, expiresAt };
      return call('post', '/v1/tenants/{tenantId}/keys', { path: { tenantId }, body });
    },
    onSuccess: ({ key }) => onMade(key),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
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
        <ErrorNote error={make.error} />
        <Button type="submit" loading={make.isPending} disabled={chosen.length === 0}>
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
