import { Accordion, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client';
import type { EventType } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useSession } from '../../shell/session';
import { useTenantId } from '../../shell/tenant';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { Status } from '../../ui/Status';
import { EventTypeForm } from './EventTypeForm';
import { RemoveEventType } from './RemoveEventType';
import { TypeDetail } from './TypeDetail';

type Dialog = { kind: 'new' } | { kind: 'edit' | 'remove'; type: EventType };

/** What events there are, what is in them, and examples: of the platform, and of the tenant's own. */
export function Component() {
  const t = useT();
  const tenantId = useTenantId();
  const { canManage } = useSession();
  const [dialog, show] = useState<Dialog>();
  const close = () => show(undefined);
  const { data, error } = useQuery({
    queryKey: ['event-types', tenantId],
    queryFn: ({ signal }) =>
      call('get', '/v1/tenants/{tenantId}/event-types', { path: { tenantId }, signal }),
  });
  const newType = canManage && <Button onClick={() => show({ kind: 'new' })}>{t('types.new')}</Button>;
  return (
    <>
      <PageTitle title={t('types.title')}>{newType}</PageTitle>
      <ErrorNote error={error} />
      {data?.items.length === 0 && (
        <Empty title={t('types.empty')} text={t('types.emptyText')}>
          {newType}
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <Accordion variant="contained" multiple order={2}>
          {data.items.map((type) => (
            <Accordion.Item key={type.name} value={type.name}>
              <Accordion.Control>
                <TypeLine type={type} />
              </Accordion.Control>
              <Accordion.Panel>
                <TypeDetail type={type} />
                {canManage && (
                  <Group mt="sm">
                    <Button variant="default" size="xs" onClick={() => show({ kind: 'edit', type })}>
                      {t('common.edit')}
                    </Button>
                    {type.version > 0 && (
                      <Button variant="default" size="xs" onClick={() => show({ kind: 'remove', type })}>
                        {t('common.delete')}
                      </Button>
                    )}
                  </Group>
                )}
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
      {dialog?.kind === 'new' && <EventTypeForm onClose={close} />}
      {dialog?.kind === 'edit' && <EventTypeForm type={dialog.type} onClose={close} />}
      {dialog?.kind === 'remove' && <RemoveEventType type={dialog.type} onClose={close} />}
    </>
  );
}

function TypeLine({ type: { name, description, version, deprecated } }: { type: EventType }) {
  const t = useT();
  return (
    <Group gap="md">
      <Text fw={600} className="wrap">
        {name}
      </Text>
      {description && (
        <Text size="sm" className="wrap">
          {description}
        </Text>
      )}
      <Text size="sm">{version > 0 ? t('types.version', { n: version }) : t('types.platform')}</Text>
      {deprecated && <Status value="failed" text={t('types.deprecated')} />}
    </Group>
  );
}
