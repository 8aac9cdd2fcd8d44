import { Button, Checkbox, JsonInput, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, call, ifMatch } from '../../api/client';
import type { EventType } from '../../api/types';
import { useLanguage, useT, type Translate } from '../../i18n/i18n';
import { useTenantId } from '../../shell/tenant';
import { useCheckedForm } from '../../ui/checked-form';
import { ErrorNote } from '../../ui/ErrorNote';
import { wordsOf } from '../../ui/field-words';
import { FormModal } from '../../ui/FormModal';
import { schemaFault } from './schema-check';
import { examplesOf, parsed, placeIn, startValues, type Parsed, type Values } from './values';

type Props = {
  type?: EventType;
  /** Begins anew, with the type as it is now. */
  onReload?(): Promise<void>;
  onClose(): void;
};

/** A type of the tenant's own, or what the tenant says of one of the platform's. Saving makes a version. */
export function EventTypeForm({ type, onReload, onClose }: Props) {
  const t = useT();
  const [values, setValues] = useState(() => startValues(type));
  const set = (change: Partial<Values>) => setValues((before) => ({ ...before, ...change }));
  const schema = parsed(values.schema, null);
  const examples = examplesOf(values.examples);
  const isReadable = 'value' in schema && 'value' in examples;
  const save = useSave(values.name, type, onClose);
  const form = useCheckedForm({
    fields: ['name', 'description', 'schema', 'examples'],
    error: save.error,
    onValid: () => {
      if (!isReadable) return;
      const { description, onInvalid, deprecated } = values;
      save.mutate({ description, onInvalid, deprecated, schema: schema.value, examples: examples.value });
    },
  });
  const isDirty = JSON.stringify(values) !== JSON.stringify(startValues(type));
  return (
    <FormModal size="lg" isDirty={isDirty} title={type ? type.name : t('types.new')} onClose={onClose}>
      <form {...form.props}>
        <Stack>
          {!type && (
            <NameField
              value={values.name}
              error={form.problemOf('name')}
              onChange={(name) => set({ name })}
            />
          )}
          <TextInput
            label={t('form.description')}
            name="description"
            error={form.problemOf('description')}
            maxLength={1_000}
            value={values.description}
            onChange={(event) => set({ description: event.currentTarget.value })}
          />
          <Contents values={values} set={set} problemOf={form.problemOf} />
          <Rules values={values} set={set} />
          <ErrorNote error={form.rest} onReload={onReload} />
          <Button type="submit" loading={save.isPending} disabled={!isReadable}>
            {t('common.save')}
          </Button>
        </Stack>
      </form>
    </FormModal>
  );
}

type NameProps = {
  value: string;
  error: string | undefined;
  onChange(name: string): void;
};

function NameField({ value, error, onChange }: NameProps) {
  const t = useT();
  return (
    <TextInput
      label={t('common.name')}
      name="name"
      error={error}
      required
      description={t('types.nameHelp')}
      maxLength={200}
      data-autofocus
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
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

type ContentsProps = RulesProps & { problemOf(name: string): string | undefined };

function Contents({ values, set, problemOf }: ContentsProps) {
  const { t, locale } = useLanguage();
  const unreadable = (read: Parsed) => ('why' in read ? notJson(read.why, t) : undefined);
  const schema = parsed(values.schema, null);
  // It is not sent while the examples cannot be read: what is plainly wrong is said meanwhile.
  const fault = 'value' in schema && schema.value !== null ? schemaFault(schema.value) : undefined;
  return (
    <>
      <JsonText
        label={t('types.schema')}
        value={values.schema}
        error={unreadable(schema) ?? (fault && wordsOf(fault, 'schema', locale)) ?? problemOf('schema')}
        onChange={(text) => set({ schema: text })}
      />
      <JsonText
        label={t('types.examples')}
        value={values.examples}
        error={unreadable(examplesOf(values.examples)) ?? problemOf('examples')}
        onChange={(text) => set({ examples: text })}
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

function useSave(name: string, type: EventType | undefined, onClose: () => void) {
  const tenantId = useTenantId();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (body: object) => {
      const path = { tenantId, name: name.trim() };
      // What nobody has said anything of yet is version 0: a new one does not replace what is there.
      const headers = ifMatch(type?.version ?? 0);
      await call('put', '/v1/tenants/{tenantId}/event-types/{name}', { path, body, headers }).catch(
        (error: unknown) => ofName(error, !type),
      );
    },
    onSuccess: async () => {
      // First, so that whoever opens it again gets the version that he has just made.
      await client.invalidateQueries({ queryKey: ['event-types', tenantId] });
      onClose();
    },
  });
}

/** The name stands in the address, so what is wrong with it has no place in the body. */
function ofName(error: unknown, isNew: boolean): never {
  if (!(error instanceof ApiError)) throw error;
  const { status, code, message, requestId } = error;
  const errors = error.errors.map(({ pointer, detail }) => ({ pointer: pointer || '/name', detail }));
  if (isNew && status === 412) errors.push({ pointer: '/name', detail: 'is taken' });
  throw new ApiError(status, code, message, errors, requestId);
}

/** Where reading broke off; what the browser says of it is English everywhere. */
function notJson(why: string, t: Translate): string {
  const place = placeIn(why);
  return place ? t('types.notJsonAt', place) : t('types.notJson');
}
