import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import type { EventType } from '../../api/types';
import { useT } from '../../i18n/i18n';
import { useTenantId } from '../../shell/tenant';
import { Confirm } from '../../ui/Confirm';

export function RemoveEventType({ type: { name }, onClose }: { type: EventType; onClose(): void }) {
  const t = useT();
  const tenantId = useTenantId();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      call('delete', '/v1/tenants/{tenantId}/event-types/{name}', { path: { tenantId, name } }),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: ['event-types', tenantId] });
    },
  });
  return (
    <Confirm
      opened
      title={t('types.deleteTitle', { name })}
      text={t('types.deleteText')}
      action={t('common.delete')}
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    />
  );
}
