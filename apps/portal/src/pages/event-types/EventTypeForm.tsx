import { Button, Checkbox, JsonInput, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { call } from '../../api/client';
import type { EventType } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useTenantId } from '../../shell/tenant';
import { ErrorNote } from '../../ui/ErrorNote';
import { examplesOf, parsed, startValues, type Values } from './values';

/** A type of the tenant's own, or what the tenant says of one of the platform's. Saving makes a version. */
export function EventTypeForm({ type, onClose }: { type?: EventType; onClose(): void }) {
  const t = useT();
  const [values, setValues] = useState(() => startValues(type));
  const set = (change: Partial<Values>) => setValues((before) => ({ ...before, ...change }));
  const schema = parsed(values.schema, null);
  const examples = examplesOf(values.examples);
  const isReadable = 'value' in schema && 'value' in examples;
  const problemOf = (read: typeof schema) =>
    'why' in read ? t('types.notJson', { why: read.why }) : undefined;
  const save = useSave(values.name, onClose);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isReadable) return;
    const { description, onInvalid, deprecated } = values;
    save.mutate({ description, onInvalid, deprecated, schema: schema.value, examples: examples.value });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={type ? type.name : t('types.new')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form onSubmit={submit}>
        <Stack>
          {!type && (
            <TextInput
              label={t('common.name')}
              description={t('types.nameHelp')}
              required
              maxLength={200}
              data-autofocus
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
          )}
          <TextInput
            label={t('form.description')}
            maxLength={1_000}
            value={values.description}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
          <JsonText
            label={t('types.schema')}
            value={values.schema}
            error={problemOf(schema)}
            onChange={(text) => set({ schema: text })}
          />
          <JsonText
            label={t('types.examples')}
            value={values.examples}
            error={problemOf(examples)}
            onChange={(text) => set({ examples: text })}
          />
          <Rules values={values} set={set} />
          <ErrorNote error={save.error} />
          <Button type="submit" loading={save.isPending} disabled={!isReadable}>
            {t('common.save')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

type RulesProps = { values: Values; set(change: Partial<Values>): void };

function Rules({ values: { onInvalid, deprecated }, set }: RulesProps) {
  const t = useT();
  return (
    <>
      <Select
        label={t('types.onInvalid')}
        allowDeselect={false}
        data={(['reject', 'warn'] as const).map((value) => ({ value, label: t(`types.${value}`) }))}
        value={onInvalid}
        onChange={(value) => set({ onInvalid: value === 'warn' ? 'warn' : 'reject' })}
      />
      <Checkbox
        label={t('types.deprecated')}
        checked={deprecated}
        onChange={(event) => set({ deprecated: event.currentTarget.checked })}
      />
    </>
  );
}

type JsonTextProps = {
  label: string;
  value: string;
  error: string | undefined;
  onChange(text: string): void;
};

function JsonText(props: JsonTextProps) {
  return <JsonInput autosize minRows={4} maxRows={14} spellCheck={false} {...props} />;
}

function useSave(name: string, onClose: () => void) {
  const tenantId = useTenantId();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: object) =>
      call('put', '/v1/tenants/{tenantId}/event-types/{name}', { path: { tenantId, name }, body }),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: ['event-types', tenantId] });
    },
  });
}
