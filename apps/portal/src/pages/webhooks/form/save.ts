import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { ApiError, call, ifMatch } from '../../../api/client';
import type { Profile, Subscription, Tenant } from '../../../api/types';
import { fieldSentence, fieldText } from '../../../i18n/field-texts';
import { useLanguage } from '../../../i18n/i18n';
import { useTenantPath } from '../../../shell/tenant';
import { useSay } from '../../../ui/say';
import { bodyOf, type Values } from './values';

type Saved = { id: string; secret?: string };

/** Fields that show what the API says about them themselves; the rest is said above the buttons. */
const shownFields = [
  '/name',
  '/url',
  '/auth/authorization',
  '/filter',
  '/rateLimit',
  '/timeoutMs',
  '/description',
  '/headers',
];

/**
 * Creates a webhook, or changes the version that the form was opened with; a generated secret has to be shown
 * before anybody goes on.
 */
export function useSaveWebhook(tenant: Tenant, webhook: Subscription | undefined, onDone: () => void) {
  const { t, locale } = useLanguage();
  const say = useSay();
  const navigate = useNavigate();
  const path = useTenantPath();
  const client = useQueryClient();
  const profile = tenant.profile as Profile;
  const save = useMutation({
    mutationFn: async (values: Values): Promise<Saved> => {
      const body = bodyOf(values, profile, !webhook);
      const tenantId = tenant.id;
      if (!webhook) return call('post', '/v1/tenants/{tenantId}/subscriptions', { path: { tenantId }, body });
      const at = { tenantId, id: webhook.id };
      const headers = ifMatch(webhook.version);
      return call('patch', '/v1/tenants/{tenantId}/subscriptions/{id}', { path: at, body, headers });
    },
    onSuccess: async ({ id, secret }) => {
      await client.invalidateQueries({ queryKey: ['subscriptions', tenant.id] });
      if (secret) return;
      onDone();
      say(t(profile === 'brz365' && !webhook ? 'form.verified' : 'form.saved'));
      await navigate(path(`webhooks/${id}`));
    },
  });
  const error = save.error;
  const errors = error instanceof ApiError ? error.errors : [];
  const isShown = (pointer = '') =>
    shownFields.some((field) => pointer === field || pointer.startsWith(`${field}/`));
  const isAllShown = errors.length > 0 && errors.every(({ pointer }) => isShown(pointer));
  return {
    submit: (values: Values) => save.mutate(values),
    isPending: save.isPending,
    saved: save.data,
    otherProblem: isAllShown ? null : error,
    problemOf: (...pointers: string[]): string | undefined => {
      const found = errors.find(({ pointer = '' }) =>
        pointers.some((wanted) => pointer === wanted || pointer.startsWith(`${wanted}/`)),
      );
      if (!found) return undefined;
      const { pointer = '', detail } = found;
      const text = fieldText(detail, locale);
      if (error instanceof ApiError && error.code === 'verification-failed')
        return t('form.notVerified', { detail: text });
      if (pointer === '/filter/expression') return t('form.badExpression', { detail: text });
      // Of several headers it says which one.
      const header = /^\/headers\/(.+)$/.exec(pointer)?.[1];
      if (header) return `${header.replaceAll('~1', '/').replaceAll('~0', '~')}: ${text}`;
      return fieldSentence(detail, locale);
    },
  };
}
