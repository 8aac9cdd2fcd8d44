import { Alert, List, Text } from '@mantine/core';
import { ApiError } from '../api/client';
import { useT, type Translate } from '../i18n/i18n';

/** What went wrong and what to do; nothing where nothing did. Texts of the API are shown as texts. */
export function ErrorNote({ error }: { error: unknown }) {
  const t = useT();
  if (!error) return null;
  const { text, fields, requestId } = describe(error, t);
  return (
    <Alert color="red" variant="outline" title={t('error.title')} role="alert">
      <Text size="sm" className="wrap">
        {text}
      </Text>
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
    </Alert>
  );
}

function describe(error: unknown, t: Translate) {
  if (!(error instanceof ApiError)) {
    return { text: error instanceof Error ? error.message : String(error), fields: [], requestId: undefined };
  }
  const fields = error.errors.map(({ pointer, detail }) => (pointer ? `${pointer}: ${detail}` : detail));
  return { text: textOf(error, t), fields, requestId: error.status >= 500 ? error.requestId : undefined };
}

function textOf({ status, code, message }: ApiError, t: Translate): string {
  if (status === 0) return t('error.unreachable');
  if (status === 429 && code === 'too-many-requests') return t('error.too-many-requests');
  if (status === 403) return t('error.forbidden');
  if (status === 404) return `${t('error.not-found')} ${message}`;
  if (status === 412) return t('error.precondition-failed');
  if (status >= 500) return t('error.unavailable');
  return message;
}
