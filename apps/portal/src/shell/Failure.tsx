import { Button, Stack } from '@mantine/core';
import { useRouteError } from 'react-router';
import { useT } from '../i18n/i18n';
import { ErrorNote } from '../ui/ErrorNote';

/** A page that broke, or whose files are gone because Posthorn was updated meanwhile. */
export function Failure() {
  const t = useT();
  const error = useRouteError();
  return (
    <Stack p="md" align="start">
      <ErrorNote error={error} />
      <Button onClick={() => window.location.reload()}>{t('common.retry')}</Button>
    </Stack>
  );
}
