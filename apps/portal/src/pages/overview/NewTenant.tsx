import { Button, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { ErrorNote } from '../../ui/ErrorNote';

const profiles = ['brz365', 'brutlers', 'standard', 'cloudevents'] as const;

export function NewTenant({ onClose }: { onClose(): void }) {
  const t = useT();
  const navigate = useNavigate();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [profile, setProfile] = useState<string>('brz365');
  const make = useMutation({
    mutationFn: () => call('post', '/v1/tenants', { body: { id, profile, ...(name ? { name } : {}) } }),
    onSuccess: async () => {
      onClose();
      await navigate(`/t/${encodeURIComponent(id)}/webhooks`);
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('overview.new')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t('overview.id')}
            description={t('overview.idHelp')}
            required
            maxLength={200}
            data-autofocus
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
          />
          <TextInput
            label={t('common.name')}
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('overview.profile')}
            allowDeselect={false}
            data={[...profiles]}
            value={profile}
            onChange={(value) => setProfile(value ?? 'brz365')}
          />
          <ErrorNote error={make.error} />
          <Button type="submit" loading={make.isPending}>
            {t('common.create')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
