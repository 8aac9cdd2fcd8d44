import { Button, Group, Paper, Stack } from '@mantine/core';
import { useRef, useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router';
import type { Profile, Subscription, Tenant } from '../../../api/types';
import { useT } from '../../../i18n/i18n';
import { filterOf } from '../../../lib/filter';
import { useTenantPath } from '../../../shell/tenant';
import { useCheckedForm } from '../../../ui/checked-form';
import { ErrorNote } from '../../../ui/ErrorNote';
import { useLeaveGuard } from '../../../ui/leave-guard';
import { RouteButton } from '../../../ui/RouteLink';
import { SecretOnce } from '../SecretOnce';
import { EventsField } from './EventsField';
import { MoreSettings } from './MoreSettings';
import { AuthField, NameField, OrderingField, UrlField } from './fields';
import { useSaveWebhook } from './save';
import { startValues, type Values } from './values';

/** What a field of the form gets: all values, and how to change some. */
export type FieldProps = {
  values: Values;
  set(change: Partial<Values>): void;
  profile: Profile;
  isNew: boolean;
  /** What the API said about one field, by its JSON pointer. */
  problemOf(...pointers: string[]): string | undefined;
};

type Props = {
  tenant: Tenant;
  webhook?: Subscription;
  /** Begins anew, with the webhook as it is now. */
  onReload?(): Promise<void>;
};

/** One form for every profile: which fields there are follows from the platform. */
export function WebhookForm({ tenant, webhook: now, onReload }: Props) {
  const t = useT();
  const navigate = useNavigate();
  const path = useTenantPath();
  const profile = tenant.profile as Profile;
  // What is sent was made from this version, whatever is read meanwhile.
  const [webhook] = useState(now);
  const isNew = !webhook;
  const [start] = useState(() => startValues(webhook));
  const [values, setValues] = useState(start);
  const [isIncomplete, setIncomplete] = useState(false);
  const leave = useRef(() => undefined as void);
  const save = useSaveWebhook(tenant, webhook, () => leave.current());
  const { saved, otherProblem } = save;
  const isDirty = JSON.stringify(values) !== JSON.stringify(start);
  const { dialog, free } = useLeaveGuard(
    isDirty || saved?.secret !== undefined,
    saved?.secret ? 'secret' : 'text',
  );
  leave.current = free;
  const lacksEvents = profile === 'brz365' && filterOf(values.matrix).entities.length === 0;
  const lacksTypes = profile === 'brutlers' && values.types.length === 0;
  const lacksAny = lacksEvents || lacksTypes;
  const form = useCheckedForm({ fields: [], onValid: () => !lacksAny && save.submit(values) });
  const submit = (event: FormEvent) => {
    setIncomplete(lacksAny);
    form.props.onSubmit(event);
  };
  const field: FieldProps = {
    values,
    set: (change) => setValues((before) => ({ ...before, ...change })),
    profile,
    isNew,
    problemOf: (...pointers) => form.problemOf(pointers[0]?.slice(1) ?? '') ?? save.problemOf(...pointers),
  };
  const goOn = (id: string) => {
    free();
    void navigate(path(`webhooks/${id}`));
  };
  if (saved?.secret)
    return (
      <>
        <SecretOnce secret={saved.secret} onDone={() => goOn(saved.id)} />
        {dialog}
      </>
    );
  return (
    <Paper withBorder p="lg" maw={760}>
      <form {...form.props} onSubmit={submit}>
        <Stack>
          <NameField {...field} />
          {profile === 'brz365' && <AuthField {...field} />}
          <UrlField {...field} isVerifying={save.isPending && profile === 'brz365'} />
          <EventsField {...field} isIncomplete={isIncomplete} />
          <OrderingField {...field} />
          <MoreSettings {...field} />
          <ErrorNote error={otherProblem} onReload={onReload} />
          <Group>
            <Button type="submit" loading={save.isPending}>
              {isNew ? t('common.create') : t('common.save')}
            </Button>
            <RouteButton variant="default" to={path(webhook ? `webhooks/${webhook.id}` : 'webhooks')}>
              {t('common.cancel')}
            </RouteButton>
          </Group>
        </Stack>
      </form>
      {dialog}
    </Paper>
  );
}
