import { Anchor, Collapse, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useT } from '../../../i18n/i18n';
import type { FieldProps } from './WebhookForm';

const fields = ['/description', '/filter/expression', '/rateLimit', '/timeoutMs', '/headers'];

/** What most people never touch; it opens by itself when something in it is wrong. */
export function MoreSettings({ values, set, problemOf }: FieldProps) {
  const t = useT();
  const [isOpen, open] = useState(false);
  const problem = problemOf(...fields);
  // What is wrong is seen, each time that it is said.
  const [seen, setSeen] = useState(problem);
  if (problem !== seen) {
    setSeen(problem);
    if (problem) open(true);
  }
  const input = (key: 'expression' | 'description' | 'rateLimit' | 'timeoutMs') => ({
    value: values[key],
    onChange: (event: { currentTarget: { value: string } }) => set({ [key]: event.currentTarget.value }),
  });
  return (
    <div>
      <Anchor component="button" type="button" onClick={() => open(!isOpen)} aria-expanded={isOpen}>
        {t('form.more')}
      </Anchor>
      <Collapse expanded={isOpen} transitionDuration={0}>
        <Stack mt="sm">
          <TextInput
            label={t('form.description')}
            maxLength={1000}
            error={problemOf('/description')}
            {...input('description')}
          />
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
