import { Alert, Button, List, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { ApiError } from '../api/client';
import { useLanguage } from '../i18n/i18n';
import { wordsOf } from './error-words';

type Props = {
  error: unknown;
  /** Begins anew with what is there now: offered where somebody else has changed it meanwhile. */
  onReload?: (() => Promise<void>) | undefined;
};

/** What went wrong and what to do; nothing where nothing did. Texts of the API are shown as texts. */
export function ErrorNote({ error, onReload }: Props) {
  const { t, locale } = useLanguage();
  if (!error) return null;
  const { text, said, fields, requestId } = wordsOf(error, t, locale);
  return (
    <Alert color="red" variant="outline" title={t('error.title')} role="alert">
      <Text size="sm" className="wrap">
        {text}
      </Text>
      {said && (
        <Text size="sm" className="wrap">
          {t('error.said', { detail: said })}
        </Text>
      )}
      {fields.length > 0 && (
        <List size="sm">
          {fields.map((field) => (
            <List.Item key={field} className="wrap">
              {field}
            </List.Item>
          ))}
        </List>
      )}
      {requestId && (
        <Text size="xs" c="dimmed" mt={4}>
          {t('error.request', { id: requestId })}
        </Text>
      )}
      {onReload && isOutdated(error) && <Reload onReload={onReload} />}
    </Alert>
  );
}

const isOutdated = (error: unknown): boolean => error instanceof ApiError && error.status === 412;

function Reload({ onReload }: { onReload(): Promise<void> }) {
  const { t, locale } = useLanguage();
  const reload = useMutation({ mutationFn: onReload });
  return (
    <>
      <Button variant="default" size="xs" mt="xs" loading={reload.isPending} onClick={() => reload.mutate()}>
        {t('error.reload')}
      </Button>
      {reload.error && (
        <Text size="sm" mt={4}>
          {wordsOf(reload.error, t, locale).text}
        </Text>
      )}
    </>
  );
}
