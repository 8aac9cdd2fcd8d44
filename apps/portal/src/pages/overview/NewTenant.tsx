import { Button, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { call } from '../../api/client';
import { useT } from '../../i18n/i18n';
import { platforms } from '../../lib/platforms';
import { useCheckedForm } from '../../ui/checked-form';
import { ErrorNote } from '../../ui/ErrorNote';
import { FormModal } from '../../ui/FormModal';
import { NameField } from '../../ui/NameField';

export function NewTenant({ onClose }: { onClose(): void }) {
  const t = useT();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [profile, setProfile] = useState<string>('brz365');
  const make = useMutation({
    mutationFn: () => call('post', '/v1/tenants', { body: { id, profile, ...(name ? { name } : {}) } }),
    onSuccess: async () => {
      onClose();
      void client.invalidateQueries({ queryKey: ['tenants'] });
      await navigate(`/t/${encodeURIComponent(id)}/webhooks`);
    },
  });
  const form = useCheckedForm({
    fields: ['id', 'name'],
    error: make.error,
    onValid: () => make.mutate(),
  });
  return (
    <FormModal title={t('overview.new')} onClose={onClose}>
      <form {...form.props}>
        <Stack>
          <TextInput
            label={t('overview.id')}
            description={t('overview.idHelp')}
            name="id"
            required
            maxLength={200}
            data-autofocus
            error={form.problemOf('id')}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
          />
          <NameField
            required={false}
            isFirst={false}
            error={form.problemOf('name')}
            value={name}
            onChange={setName}
          />
          <Select
            label={t('overview.profile')}
            allowDeselect={false}
            data={platforms}
            value={profile}
            onChange={(value) => setProfile(value ?? 'brz365')}
          />
          <ErrorNote error={form.rest} />
          <Button type="submit" loading={make.isPending}>
            {t('common.create')}
          </Button>
        </Stack>
      </form>
    </FormModal>
  );
}
