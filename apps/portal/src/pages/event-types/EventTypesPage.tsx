import { Accordion, Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { EventType } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useEventTypes } from '../../lib/event-types';
import { useSession } from '../../shell/session';
import { useProfile, useTenantId } from '../../shell/tenant';
import { Clip } from '../../ui/Clip';
import { Empty } from '../../ui/Empty';
import { ErrorNote } from '../../ui/ErrorNote';
import { PageTitle } from '../../ui/PageTitle';
import { useSay } from '../../ui/say';
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
  const { data: types, error } = useEventTypes(tenantId);
  // Brutlers has its six, all of them in the list, and no other one is accepted.
  const isFixed = useProfile() === 'brutlers';
  const newType = canManage && !isFixed && (
    <Button onClick={() => show({ kind: 'new' })}>{t('types.new')}</Button>
  );
  return (
    <>
      <PageTitle title={t('types.title')}>{newType}</PageTitle>
      <ErrorNote error={error} />
      {types?.length === 0 && (
        <Empty title={t('types.empty')} text={t('types.emptyText')}>
          {newType}
        </Empty>
      )}
      {isFixed && canManage && (
        <Text size="sm" mb="sm">
          {t('types.allThere')}
        </Text>
      )}
      {types && types.length > 0 && (
        <Accordion variant="contained" multiple order={2}>
          {types.map((type) => (
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
      {dialog?.kind === 'edit' && (
        <Edit type={dialog.type} onType={(type) => show(type && { kind: 'edit', type })} />
      )}
      {dialog?.kind === 'remove' && <RemoveEventType type={dialog.type} onClose={close} />}
    </>
  );
}

/** A type as it was when it was opened; undefined: it is done. */
function Edit({ type, onType }: { type: EventType; onType(type: EventType | undefined): void }) {
  const t = useT();
  const say = useSay();
  const { refetch } = useEventTypes(useTenantId());
  const reload = async () => {
    const { data } = await refetch({ throwOnError: true });
    const now = data?.find(({ name }) => name === type.name);
    if (!now) say(t('error.gone'));
    onType(now);
  };
  return <EventTypeForm key={type.version} type={type} onReload={reload} onClose={() => onType(undefined)} />;
}

function TypeLine({ type: { name, description, version, deprecated } }: { type: EventType }) {
  const t = useT();
  return (
    <Group gap="md">
      <Clip text={name} size="md" fw={600} />
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
