import { Anchor, Collapse, Stack, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useT } from '../../../i18n/i18n';
import type { FieldProps } from './WebhookForm';

/** What most people never touch. */
export function MoreSettings({ values, set, problemOf }: FieldProps) {
  const t = useT();
  const [isOpen, { toggle }] = useDisclosure(false);
  const input = (key: 'expression' | 'description' | 'rateLimit' | 'timeoutMs') => ({
    value: values[key],
    onChange: (event: { currentTarget: { value: string } }) => set({ [key]: event.currentTarget.value }),
  });
  return (
    <div>
      <Anchor component="button" type="button" onClick={toggle} aria-expanded={isOpen}>
        {t('form.more')}
      </Anchor>
      <Collapse expanded={isOpen} transitionDuration={0}>
        <Stack mt="sm">
          <TextInput label={t('form.description')} maxLength={1000} {...input('description')} />
          <TextInput
            label={t('form.expression')}
            description={t('form.expressionHelp')}
            error={problemOf('/filter/expression')}
            {...input('expression')}
          />
          <TextInput
            label={t('form.rateLimit')}
            inputMode="decimal"
            error={problemOf('/rateLimit')}
            {...input('rateLimit')}
          />
          <TextInput
            label={t('form.timeout')}
            inputMode="numeric"
            error={problemOf('/timeoutMs')}
            {...input('timeoutMs')}
          />
          <Textarea
            label={t('form.headers')}
            autosize
            minRows={2}
            value={values.headers}
            error={problemOf('/headers')}
            onChange={(event) => set({ headers: event.currentTarget.value })}
          />
        </Stack>
      </Collapse>
    </div>
  );
}
