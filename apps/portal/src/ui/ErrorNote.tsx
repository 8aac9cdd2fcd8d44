import { Alert, List, Text } from '@mantine/core';
import { useLanguage } from '../i18n/i18n';
import { wordsOf } from './error-words';

/** What went wrong and what to do; nothing where nothing did. Texts of the API are shown as texts. */
export function ErrorNote({ error }: { error: unknown }) {
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
    </Alert>
  );
}
