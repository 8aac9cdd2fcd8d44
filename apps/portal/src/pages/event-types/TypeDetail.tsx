import { Stack, Text, Title } from '@mantine/core';
import type { EventType } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useProfile, useTenantId } from '../../shell/tenant';
import { Raw } from '../../ui/Raw';
import { deliveryExample } from './delivery-example';

/** What `data` looks like, by its schema and by examples; all of it is text of others. */
export function TypeDetail({ type: { name, schema, examples = [], onInvalid } }: { type: EventType }) {
  const t = useT();
  const tenantId = useTenantId();
  const profile = useProfile();
  const hasSchema = schema !== undefined && schema !== null;
  return (
    <Stack gap="sm">
      {hasSchema ? (
        <>
          <Title order={3} size="h5">
            {t('types.schema')}
          </Title>
          <Raw text={JSON.stringify(schema)} label={`${name}: ${t('types.schema')}`} />
          <Text size="sm">
            {t('types.onInvalid')} {t(onInvalid === 'warn' ? 'types.warn' : 'types.reject')}.
          </Text>
        </>
      ) : (
        <Text size="sm">{t('types.anything')}</Text>
      )}
      {examples.length > 0 && (
        <Title order={3} size="h5">
          {t('types.examples')}
        </Title>
      )}
      {examples.map((example, i) => (
        <Raw key={i} text={JSON.stringify(example)} label={`${name}: ${t('types.examples')} ${i + 1}`} />
      ))}
      <Title order={3} size="h5">
        {t('types.delivery')}
      </Title>
      <Raw
        text={deliveryExample(profile, tenantId, name, examples[0] ?? {})}
        label={`${name}: ${t('types.delivery')}`}
      />
    </Stack>
  );
}
