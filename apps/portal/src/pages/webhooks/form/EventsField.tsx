import { Checkbox, Input, Stack, TagsInput } from '@mantine/core';
import { useT } from '../../../i18n/i18n';
import { useEventTypes } from '../../../lib/event-types';
import { useTenantId } from '../../../shell/tenant';
import { EventMatrix } from './EventMatrix';
import type { FieldProps } from './WebhookForm';

export function EventsField({ isIncomplete, ...field }: FieldProps & { isIncomplete: boolean }) {
  const t = useT();
  const { values, set, profile, problemOf } = field;
  // The condition stands among the other settings, and what is wrong with it beside it.
  const problem = problemOf('/filter/expression') ? undefined : problemOf('/filter');
  const error = isIncomplete ? t('form.noEvents') : problem;
  if (profile === 'brz365')
    return (
      <Input.Wrapper label={t('form.events')} required error={error} labelElement="div">
        <EventMatrix matrix={values.matrix} onChange={(matrix) => set({ matrix })} />
      </Input.Wrapper>
    );
  return profile === 'brutlers' ? (
    <FixedTypes {...field} error={error} />
  ) : (
    <FreeTypes {...field} error={error} />
  );
}

function useTypeNames(): string[] {
  const tenantId = useTenantId();
  const { data = [] } = useEventTypes(tenantId);
  return data.map(({ name }) => name);
}

/** Brutlers: exactly the six there are. */
function FixedTypes({ values, set, error }: FieldProps & { error: string | undefined }) {
  const t = useT();
  const names = useTypeNames();
  return (
    <Checkbox.Group
      label={t('form.events')}
      required
      error={error}
      value={values.types}
      onChange={(types) => set({ types })}
    >
      <Stack gap="xs" mt="xs" mih={174}>
        {names.map((name) => (
          <Checkbox key={name} value={name} label={name} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

function FreeTypes({ values, set, error }: FieldProps & { error: string | undefined }) {
  const t = useT();
  return (
    <TagsInput
      label={t('form.types')}
      description={t('form.typesHelp')}
      data={useTypeNames()}
      error={error}
      value={values.types}
      onChange={(types) => set({ types })}
    />
  );
}
